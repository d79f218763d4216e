// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/data/shuffle.hpp>
#include <vscg/train/ave/recipes.hpp>

// What an epoch is: which videos come in which batch, and what is evaluated after it. Epochs count from 1.

namespace vscg::train {

/// `clean`: every epoch is shuffled, and validation and test follow each. `released`: the loops of the authors'
/// published programs with their slips (see recipes.hpp), for comparison.
enum class protocol_name : unsigned char { clean, released };

/// The batches of an epoch, each of `batch` rows; throws vscg::expectation_error if `batch` is 0. An incomplete last
/// batch is dropped unless `keeps_last`. With `first_shuffled`, a slip of the released weak VSCG, batch i > 0 always
/// holds the rows i·B … (i+1)·B-1 of `rows` in their order (sorted by category, noisy videos last).
inline std::vector<std::vector<std::size_t>> epoch_batches(batch_order order, bool keeps_last,
                                                           std::span<const std::size_t> rows, std::size_t batch, seed s,
                                                           std::size_t epoch) {
  if (batch == 0) throw expectation_error("batch", "at least 1 video", "0");
  const std::vector<std::size_t> shuffled = data::shuffled(rows, s, epoch);
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t first = 0; first < rows.size(); first += std::min(batch, rows.size() - first)) {
    const std::size_t count = std::min(batch, rows.size() - first);
    if (count < batch && !keeps_last) break;
    const bool drawn = order == batch_order::shuffled || (order == batch_order::first_shuffled && first == 0);
    const auto part = (drawn ? std::span<const std::size_t>(shuffled) : rows).subspan(first, count);
    batches.emplace_back(part.begin(), part.end());
  }
  return batches;
}

/// Which splits are evaluated after an epoch.
struct evaluations {
  bool validation = false;
  bool test = false;
};

inline evaluations evaluations_after(measuring when, std::size_t epoch) {
  const bool after_fifth = epoch > 1 && epoch % 5 == 1;
  switch (when) {
    case measuring::fifths:
      return {after_fifth, after_fifth};
    case measuring::fifths_then_tests:
      return {after_fifth, epoch >= 52};
    case measuring::validation_fifths:
      return {epoch % 5 == 0, epoch % 5 == 0};
    case measuring::tests:
      return {false, true};
    case measuring::both:
      break;
  }
  return {true, true};
}

/// The first epoch after which both are evaluated, so that there is a best one; 0 if there is none.
inline std::size_t first_epoch_with_both(measuring when) {
  if (when == measuring::tests) return 0;
  std::size_t epoch = 1;
  while (!(evaluations_after(when, epoch).validation && evaluations_after(when, epoch).test)) ++epoch;
  return epoch;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
