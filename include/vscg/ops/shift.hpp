// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = sign x + addend, where the sign is 1 or -1; dx = sign dy.
struct shift_function {
  static constexpr const char* name = "shift";
  static constexpr bool is_linear = true;
  static constexpr bool derivative_of_result = true;
  double sign = 1;
  double addend = 0;
  void settings(setting_list& to) const { to.add("sign", sign).add("addend", addend); }
  template <class V>
  VSCG_HD V value(V x) const {
    return x * math::constant<V>(sign) + math::constant<V>(addend);
  }
  template <class V>
  VSCG_HD V derivative(V) const {
    return math::constant<V>(sign);
  }
};

namespace detail {
template <class X>
auto shift(double sign, const X& x, double addend) {
  shift_function function;
  function.sign = sign;
  function.addend = addend;
  return elementwise(function, x);
}
}  // namespace detail

/// Adds or subtracts a number that is not learned: x + 1, 1 + x, x - 1 or 1 - x; any shape.
template <class Tag, class Shape, bool Active>
auto operator+(const var<Tag, Shape, Active>& x, double number) {
  return detail::shift(1, x, number);
}
template <class Tag, class Shape, bool Active>
auto operator+(double number, const var<Tag, Shape, Active>& x) {
  return detail::shift(1, x, number);
}
template <class Tag, class Shape, bool Active>
auto operator-(const var<Tag, Shape, Active>& x, double number) {
  return detail::shift(1, x, -number);
}
template <class Tag, class Shape, bool Active>
auto operator-(double number, const var<Tag, Shape, Active>& x) {
  return detail::shift(-1, x, number);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
