// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = numerator / x; dx = -dy numerator / x².
struct reciprocal_function {
  static constexpr const char* name = "reciprocal";
  static constexpr bool derivative_of_result = false;
  double numerator = 1;
  void settings(setting_list& to) const { to.add("numerator", numerator); }
  template <class V>
  VSCG_HD V value(V x) const {
    return math::constant<V>(numerator) / x;
  }
  // Divides twice, because x² may overflow when this does not.
  template <class V>
  VSCG_HD V derivative(V x) const {
    return math::constant<V>(-numerator) / x / x;
  }
};

/// Divides a number that is not learned by x: 1 / x; any shape.
template <class Tag, class Shape, bool Active>
auto operator/(double numerator, const var<Tag, Shape, Active>& x) {
  reciprocal_function function;
  function.numerator = numerator;
  return elementwise(function, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
