// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = 1 / (1 + exp(-x)); dx = dy y (1 - y).
struct sigmoid_function {
  static constexpr const char* name = "sigmoid";
  static constexpr bool derivative_of_result = true;
  template <class V>
  VSCG_HD static V value(V x) {
    return math::sigmoid(x);
  }
  template <class V>
  VSCG_HD static V derivative(V y) {
    return y * (V(1) - y);
  }
};

/// PyTorch's torch.sigmoid; any shape.
template <Var X>
auto sigmoid(const X& x) {
  return elementwise(sigmoid_function{}, x);
}
VSCG_OPERANDS_OF(sigmoid, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
