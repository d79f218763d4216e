// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/broadcast.hpp>

namespace vscg {

/// y = a / b; da = dy / b, db = -dy a / b².
struct divide_function {
  static constexpr const char* name = "divide";
  static constexpr bool is_linear = false;
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return a / b;
  }
  struct slope_of_a {
    static constexpr bool reads_own = false;
    static constexpr bool reads_other = true;
    template <class V>
    VSCG_HD static V value(V dy, V, V b) {
      return dy / b;
    }
  };
  // Divides by b twice, because b² may overflow when a / b / b does not.
  struct slope_of_b {
    static constexpr bool reads_own = true;
    static constexpr bool reads_other = true;
    template <class V>
    VSCG_HD static V value(V dy, V b, V a) {
      return (V(0) - dy) * (a / b / b);
    }
  };
};

/// a / b, element by element, with PyTorch's broadcasting.
template <class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto operator/(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  return detail::broadcast<divide_function, divide_function>(a, b);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
