// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "tables/statistics.hpp"

// Numbers as the tables print them.

namespace tables {

inline constexpr const char* dash = "–";

inline std::string fixed(double value, int digits, bool sign = false) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), sign ? "%+.*f" : "%.*f", digits, value);
  return text.data();
}

/// "83.5 ± 0.9"; "83.5" for a single number.
inline std::string with_deviation(const estimate& e, int digits) {
  return fixed(e.mean, digits) + (e.deviation ? " ± " + fixed(*e.deviation, digits) : "");
}

/// "[-1.20, +0.30]"; a dash for a single number.
inline std::string interval(const estimate& e, int digits) {
  if (!e.half) return dash;
  return "[" + fixed(e.mean - *e.half, digits, true) + ", " + fixed(e.mean + *e.half, digits, true) + "]";
}

/// "2,624,991"
inline std::string grouped(std::size_t count) {
  std::string text = std::to_string(count);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

/// "2 h 31 min", "54 min", "12.3 s"
inline std::string duration(double seconds) {
  if (seconds < 600) return fixed(seconds, 1) + " s";
  const auto minutes = static_cast<std::size_t>(std::lround(seconds / 60));
  return (minutes < 60 ? "" : std::to_string(minutes / 60) + " h ") + std::to_string(minutes % 60) + " min";
}

inline std::string roman(std::size_t number) {
  constexpr std::array<std::string_view, 7> numerals{"", "I", "II", "III", "IV", "V", "VI"};
  return std::string(numerals.at(number));
}

}  // namespace tables
