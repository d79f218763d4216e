// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>

namespace vscg {

/// Whether a number is neither infinite nor NaN. It looks at the bits, because `-ffast-math` would remove a test on the
/// number.
template <class T>
VSCG_HD bool is_finite(T value) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr bits exponent = sizeof(T) == 4 ? bits{0x7f800000U} : static_cast<bits>(0x7ff0000000000000ULL);
  bits word = 0;
  std::memcpy(&word, &value, sizeof(T));
  return (word & exponent) != exponent;
}

/// The index of the first number that is not finite; the size of `values` if all are finite.
template <class T>
std::size_t first_not_finite(std::span<const T> values) {
  std::size_t i = 0;
  while (i < values.size() && is_finite(values[i])) ++i;
  return i;
}

/// Whether a number is NaN; by its bits, as above.
template <class T>
bool is_nan(T value) {
  constexpr unsigned fraction_bits = std::numeric_limits<T>::digits - 1;
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  bits word = 0;
  std::memcpy(&word, &value, sizeof(T));
  return !is_finite(value) && (word & ((bits{1} << fraction_bits) - 1)) != 0;
}

/// The name of a number that is not finite: "NaN" or "infinity".
template <class T>
std::string not_finite_text(T value) {
  return is_nan(value) ? "NaN" : "infinity";
}

/// Throws vscg::expectation_error naming `what` and the first number that is not finite.
template <class T>
void expect_finite(std::string_view what, std::span<const T> values) {
  const std::size_t i = first_not_finite(values);
  if (i == values.size()) return;
  throw expectation_error(what, "finite numbers", std::to_string(values[i]) + " at " + std::to_string(i));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
