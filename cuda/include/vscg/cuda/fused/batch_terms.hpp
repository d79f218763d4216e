// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/ops/batch_mean.hpp>

namespace vscg::kernels {

/// The sums of two or three terms over the batch, and the sum of these. A third term without a place is none.
template <class T>
struct batch_terms {
  batch_sum<T> first, second, third;
  T* total;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    first(group, 0);
    second(group, 0);
    if (third.y != nullptr) third(group, 0);
    group.integers(1, [&](std::size_t) {
      const T both = *first.y + *second.y;
      *total = third.y == nullptr ? both : both + *third.y;
    });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
