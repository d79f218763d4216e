// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>

// Sums over the last axis, and the kernel that spreads their gradient back over it.

namespace vscg::kernels {

/// If rows have fewer numbers than this, which do not fill a register, going one by one is faster.
inline constexpr std::size_t narrow_row = 8;

/// to[row] = Σ_q x[row, q] / divisor
template <class T>
struct row_sums {
  std::size_t channels;
  T divisor;
  const T* x;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* const from = x + row * channels;
    T total(0);
    if (channels < narrow_row) {
      for (std::size_t q = 0; q < channels; ++q) total += from[q];
    } else {
      total = group.sum(channels, [&](auto i) { return i.load(from); });
    }
    total /= divisor;
    group.integers(1, [&](std::size_t) { to.data[row] = to.adds ? to.data[row] + total : total; });
  }
};

/// to[row, q] = x[row] / divisor
template <class T>
struct spread_over_rows {
  std::size_t channels;
  T divisor;
  const T* x;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T value = x[row] / divisor;
    const gradient<T> target{to.data + row * channels, to.adds};
    if (channels < narrow_row) {
      group.integers(channels, [&](std::size_t q) { target.data[q] = target.adds ? target.data[q] + value : value; });
      return;
    }
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      target.store(i, V(value));
    });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
