// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = tanh(x); dx = dy (1 - y²).
struct tanh_function {
  static constexpr const char* name = "tanh";
  static constexpr bool derivative_of_result = true;
  template <class V>
  VSCG_HD static V value(V x) {
    using math::tanh;
    return tanh(x);
  }
  template <class V>
  VSCG_HD static V derivative(V y) {
    return V(1) - y * y;
  }
};

/// PyTorch's torch.tanh; any shape.
template <Var X>
auto tanh(const X& x) {
  return elementwise(tanh_function{}, x);
}
VSCG_OPERANDS_OF(tanh, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
