// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>

// Sizes are products of numbers that people give. A product that overflows becomes a small number that looks right, so
// these functions compute every one of them.

namespace vscg {

/// The largest size of anything in memory: two pointers into one block can be no farther apart.
inline constexpr std::size_t largest_size = PTRDIFF_MAX;

/// The product of `factors`; throws vscg::expectation_error naming `what` if it is more than `largest_size`.
VSCG_NOINLINE inline std::size_t checked_product(std::string_view what, std::initializer_list<std::size_t> factors) {
  std::size_t product = 1;
  bool fits = true;
  for (const std::size_t factor : factors) {
    if (factor == 0) return 0;
    fits = fits && product <= largest_size / factor;
    product = fits ? product * factor : product;
  }
  if (fits) return product;
  std::string found;
  for (const std::size_t factor : factors) found += (found.empty() ? "" : " * ") + std::to_string(factor);
  throw expectation_error(what, "at most " + std::to_string(largest_size), found);
}

/// `first` times each of `factors` in turn, or nothing if one of these products does not fit. For sizes from a file,
/// whose reader reports what is wrong.
inline std::optional<std::size_t> fitting_product(std::size_t first, std::span<const std::size_t> factors) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  for (const std::size_t factor : factors) {
    if (factor != 0 && first > most / factor) return std::nullopt;
    first *= factor;
  }
  return first;
}

/// The sum of `terms`, with the same check as checked_product().
VSCG_NOINLINE inline std::size_t checked_sum(std::string_view what, std::initializer_list<std::size_t> terms) {
  std::size_t sum = 0;
  bool fits = true;
  for (const std::size_t term : terms) {
    fits = fits && term <= largest_size - sum;
    sum = fits ? sum + term : sum;
  }
  if (fits) return sum;
  std::string found;
  for (const std::size_t term : terms) found += (found.empty() ? "" : " + ") + std::to_string(term);
  throw expectation_error(what, "at most " + std::to_string(largest_size), found);
}

/// "12.3 GiB": bytes for people.
VSCG_NOINLINE inline std::string bytes_text(std::size_t bytes) {
  constexpr std::array<const char*, 7> units{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  std::size_t tenths = 0;
  while (bytes >= 1024) {
    tenths = bytes % 1024 * 10 / 1024;
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + (unit == 0 ? "" : "." + std::to_string(tenths)) + " " + units[unit];
}

}  // namespace vscg

#include <vscg/core/end.hpp>
