// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// Throws vscg::expectation_error naming `what` and the first number that is not finite.
template <class T>
void expect_finite(std::string_view what, std::span<const T> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_finite(values[i])) continue;
    throw expectation_error(what, "finite numbers", std::to_string(values[i]) + " at " + std::to_string(i));
  }
}

}  // namespace vscg

#include <vscg/core/end.hpp>
