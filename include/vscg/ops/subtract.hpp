// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/broadcast.hpp>

namespace vscg {

/// y = a - b; da = dy, db = -dy.
struct subtract_function {
  static constexpr const char* name = "subtract";
  static constexpr bool is_linear = true;
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return a - b;
  }
  using slope_of_a = kernels::slope_one;
  struct slope_of_b {
    static constexpr bool reads_own = false;
    static constexpr bool reads_other = false;
    template <class V>
    VSCG_HD static V value(V dy, V, V) {
      return V(0) - dy;
    }
  };
};

/// a - b, element by element, with PyTorch's broadcasting.
template <class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto operator-(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  return detail::broadcast<subtract_function, subtract_function>(a, b);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
