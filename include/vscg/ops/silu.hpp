// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = x σ(x), σ(x) = 1 / (1 + exp(-x)); dx = dy σ(x) (1 + x (1 - σ(x))).
struct silu_function {
  static constexpr const char* name = "silu";
  static constexpr bool derivative_of_result = false;
  template <class V>
  VSCG_HD static V value(V x) {
    return x * math::sigmoid(x);
  }
  template <class V>
  VSCG_HD static V derivative(V x) {
    const V share = math::sigmoid(x);
    return share * (V(1) + x * (V(1) - share));
  }
};

/// PyTorch's F.silu; any shape.
template <Var X>
auto silu(const X& x) {
  return elementwise(silu_function{}, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
