// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = factor x; dx = factor dy.
struct scale_function {
  static constexpr const char* name = "scale";
  static constexpr bool is_linear = true;
  static constexpr bool derivative_of_result = true;
  double factor = 1;
  void settings(setting_list& to) const { to.add("factor", factor); }
  template <class V>
  VSCG_HD V value(V x) const {
    return x * math::constant<V>(factor);
  }
  template <class V>
  VSCG_HD V derivative(V) const {
    return math::constant<V>(factor);
  }
};

// Operators with a number take `var<…>`, not any `Var X`: clang would look at them for every `size / 2` in this
// namespace, and refuse their signature for numbers.

/// x times a number that is not learned: x * 0.5 or 0.5 * x; any shape.
template <class Tag, class Shape, bool Active>
auto operator*(const var<Tag, Shape, Active>& x, double factor) {
  scale_function function;
  function.factor = factor;
  return elementwise(function, x);
}
template <class Tag, class Shape, bool Active>
auto operator*(double factor, const var<Tag, Shape, Active>& x) {
  return x * factor;
}
/// x / 4 multiplies x by 1 / 4, and -x multiplies it by -1.
template <class Tag, class Shape, bool Active>
auto operator/(const var<Tag, Shape, Active>& x, double divisor) {
  return x * (1 / divisor);
}
template <class Tag, class Shape, bool Active>
auto operator-(const var<Tag, Shape, Active>& x) {
  return x * -1;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
