// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/backend/scalar_index.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

/// One thread that works on a row alone, number by number, in order. With it a kernel needs no backend.
template <class T>
struct single_group {
  /// f(index) for the elements 0 … n-1.
  template <class F>
  VSCG_HD void each(std::size_t n, F f) const {
    for (std::size_t i = 0; i < n; ++i) f(scalar_index<T>{i});
  }
  /// f(i) for the integers 0 … n-1.
  template <class F>
  VSCG_HD void integers(std::size_t n, F f) const {
    for (std::size_t i = 0; i < n; ++i) f(i);
  }
  /// f(counter) for the counters 0 … n-1.
  template <class F>
  VSCG_HD void counters(std::size_t n, F f) const {
    for (std::size_t i = 0; i < n; ++i) f(scalar_counter<T>{i});
  }
  /// Sum of f(index) over the elements 0 … n-1.
  template <class F>
  VSCG_HD T sum(std::size_t n, F f) const {
    T total(0);
    for (std::size_t i = 0; i < n; ++i) total = total + f(scalar_index<T>{i});
    return total;
  }
  /// The largest f(index); -infinity if n = 0.
  template <class F>
  VSCG_HD T max(std::size_t n, F f) const {
    T largest = -math::infinity<T>;
    for (std::size_t i = 0; i < n; ++i) {
      const T value = f(scalar_index<T>{i});
      largest = value > largest ? value : largest;
    }
    return largest;
  }
};

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
