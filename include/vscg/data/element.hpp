// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <vscg/core/config.hpp>

namespace vscg::data {

/// How a number stands in a file. Integers are left to HDF5's own (slow) conversion.
enum class element_kind { float16, float32, float64, integer };

/// Kind and byte order of the numbers in a file.
struct element_format {
  element_kind kind = element_kind::integer;
  bool swapped = false;  ///< the bytes stand in the order that this machine does not use

  std::size_t bytes() const { return kind == element_kind::float16 ? 2 : kind == element_kind::float32 ? 4 : 8; }
};

/// IEEE half precision to float, exactly; only integer arithmetic and one exact product, so that it does not depend on
/// whether the thread flushes subnormal numbers.
constexpr float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffU;
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;
  // Exponent bias 15 becomes 127; the exponent of infinity and NaN, 31, becomes 255.
  const std::uint32_t normal = (magnitude << 13U) + (magnitude < 0x7c00U ? 112U << 23U : 224U << 23U);
  const std::uint32_t bits = magnitude < 0x400U ? std::bit_cast<std::uint32_t>(subnormal) : normal;
  return std::bit_cast<float>(bits | sign);
}

namespace detail {

template <std::unsigned_integral Word>
constexpr Word swap_bytes(Word word) {
  Word result = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    result = static_cast<Word>(static_cast<Word>(result << 8U) | static_cast<Word>(word & 0xffU));
    word = static_cast<Word>(word >> 8U);
  }
  return result;
}

/// An exponent of ones only: infinity or NaN. On the bits, because `-ffast-math` would remove a test on the number.
template <class Scalar>
constexpr bool is_finite(Scalar value) {
  if constexpr (sizeof(Scalar) == 4) {
    return (std::bit_cast<std::uint32_t>(value) & 0x7f800000U) != 0x7f800000U;
  } else {
    return (std::bit_cast<std::uint64_t>(value) & 0x7ff0000000000000ULL) != 0x7ff0000000000000ULL;
  }
}

// Scalar is what stands in the file (half: Word = uint16_t and Scalar = float).
template <class Scalar, class Word, bool Swap, std::floating_point Target>
bool convert_words(const std::byte* from, std::size_t count, Target* to) {
  unsigned bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Word word;
    std::memcpy(&word, from + i * sizeof(Word), sizeof(Word));
    if constexpr (Swap) word = swap_bytes(word);
    Target value;
    if constexpr (sizeof(Word) == 2) {
      value = static_cast<Target>(half_to_float(word));
    } else {
      value = static_cast<Target>(std::bit_cast<Scalar>(word));
    }
    to[i] = value;
    bad |= is_finite(value) ? 0U : 1U;
  }
  return bad == 0;
}

template <class Scalar, class Word, std::floating_point Target>
bool convert_order(bool swapped, const std::byte* from, std::size_t count, Target* to) {
  return swapped ? convert_words<Scalar, Word, true>(from, count, to)
                 : convert_words<Scalar, Word, false>(from, count, to);
}

}  // namespace detail

/// Converts `count` numbers in `format` at `from`, aligned or not, and returns whether every result is finite. A
/// float64 beyond float's range is not. An integer stands for
/// native float64, which is what HDF5 converts it to.
template <std::floating_point Target>
bool convert_elements(element_format format, const std::byte* from, std::size_t count, Target* to) {
  switch (format.kind) {
    case element_kind::float16:
      return detail::convert_order<float, std::uint16_t>(format.swapped, from, count, to);
    case element_kind::float32:
      return detail::convert_order<float, std::uint32_t>(format.swapped, from, count, to);
    case element_kind::float64:
      return detail::convert_order<double, std::uint64_t>(format.swapped, from, count, to);
    case element_kind::integer:
      break;
  }
  return detail::convert_order<double, std::uint64_t>(false, from, count, to);
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
