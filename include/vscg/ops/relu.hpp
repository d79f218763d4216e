// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = max(x, 0); dx = dy where y > 0, else 0.
struct relu_function {
  static constexpr const char* name = "relu";
  static constexpr bool derivative_of_result = true;
  template <class V>
  VSCG_HD static V value(V x) {
    using math::max;
    return max(x, V(0));
  }
  template <class V>
  VSCG_HD static V derivative(V y) {
    using math::where_greater;
    return where_greater(y, V(0), V(1), V(0));
  }
};

/// PyTorch's F.relu; any shape.
template <Var X>
auto relu(const X& x) {
  return elementwise(relu_function{}, x);
}
VSCG_OPERANDS_OF(relu, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
