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
#include <vscg/nets/vscg/setting.hpp>

// What an epoch is: which videos come in which batch, and what is evaluated after it. Epochs count from 1.

namespace vscg::train {

/// `clean`: every epoch is shuffled, and validation and test follow each. `released`: the loops of the authors'
/// published programs with their slips, for comparison.
enum class protocol_name : unsigned char { clean, released };

/// The batches of an epoch, each of `batch` rows; throws vscg::expectation_error if `batch` is 0. An incomplete last
/// batch is dropped. Every epoch is reshuffled, with one slip of the released weak program: it draws only its first
/// batch at random, and batch i > 0 always holds the rows i·B … (i+1)·B-1 of `rows` in their order (sorted by category,
/// noisy videos last).
inline std::vector<std::vector<std::size_t>> epoch_batches(protocol_name protocol, setting supervision,
                                                           std::span<const std::size_t> rows, std::size_t batch, seed s,
                                                           std::size_t epoch) {
  if (batch == 0) throw expectation_error("batch", "at least 1 video", "0");
  const bool first_only = protocol == protocol_name::released && supervision == setting::weakly;
  const std::vector<std::size_t> order = data::shuffled(rows, s, epoch);
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t first = 0; batch <= rows.size() - first; first += batch) {
    const std::span<const std::size_t> from = first_only && first > 0 ? rows : std::span<const std::size_t>(order);
    const auto part = from.subspan(first, batch);
    batches.emplace_back(part.begin(), part.end());
  }
  return batches;
}

/// Which splits are evaluated after an epoch.
struct evaluations {
  bool validation = false;
  bool test = false;
};

/// clean: both after every epoch. released: after epochs 6, 11, 16 …; if weakly, validation then, test after each from
/// 52.
inline evaluations evaluations_after(protocol_name protocol, setting supervision, std::size_t epoch) {
  if (protocol == protocol_name::clean) return {true, true};
  const bool fifth = epoch > 1 && epoch % 5 == 1;
  return supervision == setting::fully ? evaluations{fifth, fifth} : evaluations{fifth, epoch >= 52};
}

/// The first epoch after which both are evaluated, so that there is a best one.
inline std::size_t first_epoch_with_both(protocol_name protocol, setting supervision) {
  const auto both = [&](std::size_t epoch) {
    const evaluations wanted = evaluations_after(protocol, supervision, epoch);
    return wanted.validation && wanted.test;
  };
  std::size_t epoch = 1;
  while (!both(epoch)) ++epoch;
  return epoch;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
