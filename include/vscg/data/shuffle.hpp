// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <vscg/core/random.hpp>

namespace vscg::data {

/// Puts the rows of a data set in an order that depends only on (seed, epoch), on every machine. Epochs count from 1.
inline void shuffle(std::span<std::size_t> rows, seed s, std::uint64_t epoch) {
  const random_stream stream(s, "train/order");
  for (std::size_t left = rows.size(); left > 1; --left) {
    std::swap(rows[left - 1], rows[static_cast<std::size_t>(stream.below(left, left, epoch))]);
  }
}

/// The same, as a copy.
inline std::vector<std::size_t> shuffled(std::span<const std::size_t> rows, seed s, std::uint64_t epoch) {
  std::vector<std::size_t> result(rows.begin(), rows.end());
  shuffle(result, s, epoch);
  return result;
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
