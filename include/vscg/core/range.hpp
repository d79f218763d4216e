// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>

namespace vscg {

/// The whole numbers from `least` to `most`.
struct whole_range {
  std::uint64_t least, most;

  constexpr bool holds(std::uint64_t x) const { return least <= x && x <= most; }

  /// "a whole number from 1 to 1024", for messages.
  std::string text() const { return "a whole number from " + std::to_string(least) + " to " + std::to_string(most); }

  /// Throws vscg::expectation_error when `x` is not one of them.
  void expect(std::string_view thing, std::uint64_t x) const {
    if (!holds(x)) throw expectation_error(thing, text(), std::to_string(x));
  }
};

/// The numbers from `least` to `most`; NaN is none of them.
struct real_range {
  double least, most;

  bool holds(double x) const { return is_finite(x) && least <= x && x <= most; }

  /// "a number from 0 to 0.5", for messages.
  std::string text() const { return "a number from " + shortest(least) + " to " + shortest(most); }

  /// Throws vscg::expectation_error when `x` is not one of them.
  void expect(std::string_view thing, double x) const {
    if (!holds(x)) throw expectation_error(thing, text(), shortest(x));
  }

 private:
  static std::string shortest(double x) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr};
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
