// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <vscg/core/config.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/files/float16.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

/// How a number is stored in a file. `integer` is any that is left to HDF5's own (slow) conversion.
enum class element_kind {
  float16,
  bfloat16,
  float32,
  float64,
  integer,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64
};

/// Kind and byte order of the numbers in a file.
struct element_format {
  element_kind kind = element_kind::integer;
  bool swapped = false;  ///< the byte order is not this machine's

  std::size_t bytes() const {
    constexpr std::size_t all[] = {2, 2, 4, 8, 8, 1, 1, 2, 2, 4, 4, 8, 8};
    return all[static_cast<std::size_t>(kind)];
  }
  bool is_integer() const { return kind >= element_kind::integer; }
};

namespace element_detail {

template <std::unsigned_integral Word>
constexpr Word swap_bytes(Word word) {
  Word result = 0;
  for (std::size_t i = 0; i < sizeof(Word); ++i) {
    result = static_cast<Word>(static_cast<Word>(result << 8U) | static_cast<Word>(word & 0xffU));
    word = static_cast<Word>(word >> 8U);
  }
  return result;
}

/// f(0) of the integer type that a kind stands for.
template <class F>
auto with_integer(element_kind kind, F f) {
  switch (kind) {
    case element_kind::int8:
      return f(std::int8_t{});
    case element_kind::uint8:
      return f(std::uint8_t{});
    case element_kind::int16:
      return f(std::int16_t{});
    case element_kind::uint16:
      return f(std::uint16_t{});
    case element_kind::int32:
      return f(std::int32_t{});
    case element_kind::uint32:
      return f(std::uint32_t{});
    case element_kind::uint64:
      return f(std::uint64_t{});
    default:
      return f(std::int64_t{});
  }
}

// `value` turns a word of the file into a number.
template <class Word, bool Swap, std::floating_point Target, class Value>
bool convert_words(const std::byte* from, std::size_t count, Target* to, Value value) {
  unsigned bad = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Word word;
    std::memcpy(&word, from + i * sizeof(Word), sizeof(Word));
    if constexpr (Swap) word = swap_bytes(word);
    const auto converted = static_cast<Target>(value(word));
    to[i] = converted;
    bad |= is_finite(converted) ? 0U : 1U;
  }
  return bad == 0;
}

template <class Word, std::floating_point Target, class Value>
bool convert_order(bool swapped, const std::byte* from, std::size_t count, Target* to, Value value) {
  return swapped ? convert_words<Word, true>(from, count, to, value)
                 : convert_words<Word, false>(from, count, to, value);
}

}  // namespace element_detail

/// Converts `count` numbers in `format` at `from`, aligned or not, and returns whether every result is finite. A
/// float64 beyond float's range is not. `integer` means native float64, because HDF5 has converted it already.
template <std::floating_point Target>
VSCG_NOINLINE bool convert_elements(element_format format, const std::byte* from, std::size_t count, Target* to) {
  using element_detail::convert_order;
  const auto as_double = [](std::uint64_t word) { return std::bit_cast<double>(word); };
  switch (format.kind) {
    case element_kind::float16:
      return convert_order<std::uint16_t>(format.swapped, from, count, to,
                                          [](std::uint16_t word) { return half_to_float(word); });
    case element_kind::bfloat16:
      return convert_order<std::uint16_t>(format.swapped, from, count, to,
                                          [](std::uint16_t word) { return bfloat16_to_float(word); });
    case element_kind::float32:
      return convert_order<std::uint32_t>(format.swapped, from, count, to,
                                          [](std::uint32_t word) { return std::bit_cast<float>(word); });
    case element_kind::float64:
      return convert_order<std::uint64_t>(format.swapped, from, count, to, as_double);
    case element_kind::integer:
      return convert_order<std::uint64_t>(false, from, count, to, as_double);
    default:
      break;
  }
  return element_detail::with_integer(format.kind, [&]<class Integer>(Integer) {
    return convert_order<std::make_unsigned_t<Integer>>(format.swapped, from, count, to,
                                                        [](auto word) { return static_cast<Integer>(word); });
  });
}

/// Converts `count` integers in `format` at `from`, aligned or not. Returns how many come before the first one that
/// std::int32_t cannot hold; `count` if it holds all.
inline std::size_t convert_integers(element_format format, const std::byte* from, std::size_t count, std::int32_t* to) {
  return element_detail::with_integer(format.kind, [&]<class Integer>(Integer) {
    using word_type = std::make_unsigned_t<Integer>;
    for (std::size_t i = 0; i < count; ++i) {
      word_type word;
      std::memcpy(&word, from + i * sizeof(word), sizeof(word));
      const auto value = static_cast<Integer>(format.swapped ? element_detail::swap_bytes(word) : word);
      if (!std::in_range<std::int32_t>(value)) return i;
      to[i] = static_cast<std::int32_t>(value);
    }
    return count;
  });
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
