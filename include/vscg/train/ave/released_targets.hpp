// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/train/ave/labels.hpp>

namespace vscg::train {

/// Targets as the authors' released programs make them, for losses that have slips of their own there. `fill` is like
/// the loss's, but with a memory that belongs to the run. Losses without a specialization have no slips.
template <class Loss, class Scalar>
struct released_targets {
  static constexpr bool differ = false;
};

/// There are two slips. The similarity target of a place in the batch is never cleared: event segments are written, but
/// entries of earlier videos in that place remain, for the whole run. A video without events has similarity 1/T
/// everywhere, and takes part in the category loss with category 0.
template <int T, int Categories, class Scalar>
struct released_targets<negative_pair_filter_loss<T, Categories>, Scalar> {
  using loss = negative_pair_filter_loss<T, Categories>;
  static constexpr bool differ = true;

  /// [B, T]: the similarity target of every place; stored in checkpoints. Starts at zero.
  std::vector<Scalar> memory;

  void fill(const labels<Scalar>& l, std::array<std::vector<Scalar>, loss::targets::count>& arrays) {
    loss::fill(l, arrays);
    auto& [foreground, category, weight, similarity] = arrays;
    if (memory.size() < l.items * T) memory.resize(l.items * T, Scalar(0));
    for (std::size_t item = 0; item < l.items; ++item) {
      const auto seen = std::span<const Scalar>(similarity).subspan(item * T, T);
      const bool event = std::any_of(seen.begin(), seen.end(), [](Scalar share) { return share > Scalar(0); });
      if (!event) category[item * Categories] = Scalar(1);
      for (std::size_t t = 0; t < T; ++t) {
        Scalar& kept = memory[item * T + t];
        if (!event) kept = Scalar(1) / Scalar(T);
        if (seen[t] > Scalar(0)) kept = seen[t];
      }
    }
    weight.assign(l.items, Scalar(1) / static_cast<Scalar>(l.items));
    std::copy_n(memory.begin(), similarity.size(), similarity.begin());
  }
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
