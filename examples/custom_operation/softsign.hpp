// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/elementwise.hpp>

// An operation of your own: plain C++, for every backend. VSCG_HD marks what a device runs too.

/// y = x / (1 + |x|); dx = dy / (1 + |x|)².
struct softsign_function {
  static constexpr const char* name = "softsign";
  static constexpr bool derivative_of_result = false;
  template <class V>
  VSCG_HD static V value(V x) {
    using vscg::math::abs;
    return x / (V(1) + abs(x));
  }
  template <class V>
  VSCG_HD static V derivative(V x) {
    using vscg::math::abs;
    const V size = V(1) + abs(x);
    return V(1) / (size * size);
  }
};

template <vscg::Var X>
auto softsign(const X& x) {
  return vscg::elementwise(softsign_function{}, x);
}
