// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = x Φ(x), Φ(x) = (1 + erf(x / √2)) / 2; dx = dy (Φ(x) + x φ(x)), φ(x) = exp(-x² / 2) / √(2π).
struct gelu_function {
  static constexpr const char* name = "gelu";
  static constexpr bool derivative_of_result = false;
  template <class V>
  VSCG_HD static V value(V x) {
    return x * normal_distribution(x);
  }
  template <class V>
  VSCG_HD static V derivative(V x) {
    using math::exp;
    const V density = math::constant<V>(0.39894228040143267794) * exp(V(-0.5) * x * x);
    return normal_distribution(x) + x * density;
  }

 private:
  // erfc keeps its digits where x is far below 0.
  template <class V>
  VSCG_HD static V normal_distribution(V x) {
    using math::erfc;
    return V(0.5) * erfc(math::constant<V>(-0.70710678118654752440) * x);
  }
};

/// PyTorch's F.gelu, exact; any shape.
template <Var X>
auto gelu(const X& x) {
  return elementwise(gelu_function{}, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
