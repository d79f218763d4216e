// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include <vscg/core/config.hpp>
#include <vscg/files/element.hpp>

namespace vscg::io {

// The formats are little-endian and numbers are copied as they are.
static_assert(std::endian::native == std::endian::little, "vscg::io supports little-endian machines only");

/// Types of numbers in files. f16 is IEEE half, bf16 the upper half of a float; both are read, never written. The types
/// from boolean on are known so that a safetensors file that holds some of them can be opened; their values are not
/// read there. Integers are read from .npy files.
enum class dtype : unsigned char {
  f16,
  bf16,
  f32,
  f64,
  i64,
  u8,
  boolean,
  i8,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  i16,
  u16,
  i32,
  u32,
  u64,
  c64
};

struct dtype_facts {
  std::string_view name;  ///< as in safetensors headers
  std::size_t size;       ///< bytes per number
};

/// One entry per dtype, in its order.
inline constexpr dtype_facts dtype_table[] = {{"F16", 2},     {"BF16", 2}, {"F32", 4}, {"F64", 8},     {"I64", 8},
                                              {"U8", 1},      {"BOOL", 1}, {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
                                              {"F8_E8M0", 1}, {"I16", 2},  {"U16", 2}, {"I32", 4},     {"U32", 4},
                                              {"U64", 8},     {"C64", 8}};

constexpr std::size_t dtype_size(dtype type) { return dtype_table[static_cast<std::size_t>(type)].size; }

/// The name that safetensors headers use: "F32".
constexpr std::string_view dtype_name(dtype type) { return dtype_table[static_cast<std::size_t>(type)].name; }

constexpr std::optional<dtype> parse_dtype(std::string_view name) {
  for (std::size_t i = 0; i < std::size(dtype_table); ++i) {
    if (dtype_table[i].name == name) return static_cast<dtype>(i);
  }
  return std::nullopt;
}

/// The types of numbers that programs hold.
template <class T>
concept file_value =
    std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int64_t> || std::same_as<T, std::uint8_t>;

template <file_value T>
constexpr dtype dtype_of() {
  if constexpr (std::same_as<T, float>) return dtype::f32;
  if constexpr (std::same_as<T, double>) return dtype::f64;
  if constexpr (std::same_as<T, std::int64_t>) return dtype::i64;
  return dtype::u8;
}

/// Whether T holds every value of `stored`, so that reading loses nothing.
template <file_value T>
constexpr bool readable_as(dtype stored) {
  if (stored == dtype_of<T>()) return true;
  const bool narrow = stored == dtype::f16 || stored == dtype::bf16;
  return std::floating_point<T> && (narrow || (stored == dtype::f32 && sizeof(T) > sizeof(float)));
}

/// How the numbers of a floating or integer type are stored in a file, in this machine's byte order; nothing for other
/// types.
constexpr std::optional<element_format> element_format_of(dtype stored) {
  switch (stored) {
    case dtype::f16:
      return element_format{element_kind::float16, false};
    case dtype::bf16:
      return element_format{element_kind::bfloat16, false};
    case dtype::f32:
      return element_format{element_kind::float32, false};
    case dtype::f64:
      return element_format{element_kind::float64, false};
    case dtype::i8:
      return element_format{element_kind::int8, false};
    case dtype::u8:
      return element_format{element_kind::uint8, false};
    case dtype::i16:
      return element_format{element_kind::int16, false};
    case dtype::u16:
      return element_format{element_kind::uint16, false};
    case dtype::i32:
      return element_format{element_kind::int32, false};
    case dtype::u32:
      return element_format{element_kind::uint32, false};
    case dtype::i64:
      return element_format{element_kind::int64, false};
    case dtype::u64:
      return element_format{element_kind::uint64, false};
    default:
      return std::nullopt;
  }
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
