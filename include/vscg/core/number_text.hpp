// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

#include <vscg/core/config.hpp>

namespace vscg::detail {

/// A number for people, with six digits: "256", "0.099", "1e-06".
VSCG_NOINLINE inline std::string number_text(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", number);
  return text.data();
}

/// A measured number for people, with about three digits and no exponent: "158", "6.24", "0.107".
VSCG_NOINLINE inline std::string rounded_text(double number) {
  std::array<char, 352> text{};
  const int decimals = number >= 99.95 ? 0 : number >= 9.995 ? 1 : number >= 0.9995 ? 2 : 3;
  std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return text.data();
}

/// A count for people: "384", "10.5 M".
VSCG_NOINLINE inline std::string count_text(double number) {
  constexpr std::array<const char*, 6> units{"", " k", " M", " G", " T", " P"};
  std::size_t unit = 0;
  for (; number >= 999.5 && unit + 1 < units.size(); ++unit) number /= 1000;
  return (unit == 0 ? number_text(number) : rounded_text(number)) + units[unit];
}

}  // namespace vscg::detail

#include <vscg/core/end.hpp>
