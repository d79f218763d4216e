// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = x where x > limit, else 0; dx = dy where x > limit, else 0 (the mask itself has no gradient).
struct threshold_function {
  static constexpr const char* name = "threshold";
  static constexpr bool derivative_of_result = false;
  double limit = 0;
  void settings(setting_list& to) const { to.add("limit", limit); }
  template <class V>
  VSCG_HD V value(V x) const {
    using math::where_greater;
    return where_greater(x, math::constant<V>(limit), x, V(0));
  }
  template <class V>
  VSCG_HD V derivative(V x) const {
    using math::where_greater;
    return where_greater(x, math::constant<V>(limit), V(1), V(0));
  }
};

/// Keeps numbers above `limit` (positive sample propagation's pruning of weak pairs); PyTorch's x * (x > limit).
template <Var X>
auto threshold(const X& x, double limit) {
  threshold_function function;
  function.limit = limit;
  return elementwise(function, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
