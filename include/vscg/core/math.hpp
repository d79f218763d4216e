// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

#include <vscg/core/config.hpp>

/// Functions of one number, for kernels. A backend that works on several numbers at a time offers the same names for
/// its own value type; argument-dependent lookup finds them.
namespace vscg::math {

template <class T>
concept Real = std::is_floating_point_v<T>;

template <Real T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();
template <Real T>
inline constexpr T largest = std::numeric_limits<T>::max();
template <Real T>
inline constexpr T not_a_number = std::numeric_limits<T>::quiet_NaN();

template <Real T>
VSCG_HD T exp(T x) {
  return std::exp(x);
}
template <Real T>
VSCG_HD T log(T x) {
  return std::log(x);
}
/// log(1 + x), accurate near 0.
template <Real T>
VSCG_HD T log1p(T x) {
  return std::log1p(x);
}
template <Real T>
VSCG_HD T sqrt(T x) {
  return std::sqrt(x);
}
template <Real T>
VSCG_HD T abs(T x) {
  return std::fabs(x);
}
template <Real T>
VSCG_HD T tanh(T x) {
  return std::tanh(x);
}
/// 1 - erf(x), accurate where erf is nearly 1.
template <Real T>
VSCG_HD T erfc(T x) {
  return std::erfc(x);
}
/// NaN if either is: a maximum must not hide a number that went wrong.
template <Real T>
VSCG_HD T max(T a, T b) {
  return a < b || b != b ? b : a;
}
template <Real T>
VSCG_HD T min(T a, T b) {
  return b < a ? b : a;
}
/// a > b ? yes : no
template <Real T>
VSCG_HD T where_greater(T a, T b, T yes, T no) {
  return a > b ? yes : no;
}

/// A number known only at run time, as a value of any backend's type, rounded to its scalar.
template <class V>
VSCG_HD V constant(double c) {
  if constexpr (std::is_floating_point_v<V>)
    return static_cast<V>(c);
  else
    return V(static_cast<typename V::scalar>(c));
}

/// 1 / (1 + exp(-x)) for any backend's value type. For very negative x, exp overflows to infinity and gives 0.
template <class V>
VSCG_HD V sigmoid(V x) {
  return V(1) / (V(1) + exp(V(0) - x));
}

/// 1 for NaN, which no comparison finds, else 0.
template <class V>
VSCG_HD V one_if_nan(V x) {
  return where_greater(x, V(0), V(0), where_greater(V(1), x, V(0), V(1)));
}

}  // namespace vscg::math

#include <vscg/core/end.hpp>
