// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <vscg/core/config.hpp>

namespace vscg::io {

// The formats are little-endian and numbers are copied as they stand.
static_assert(std::endian::native == std::endian::little, "vscg::io supports little-endian machines only");

/// Types of numbers in files. f16 is IEEE half, bf16 the upper half of a float; both are read, never written.
enum class dtype : unsigned char { f16, bf16, f32, f64, i64, u8 };

constexpr std::size_t dtype_size(dtype type) {
  switch (type) {
    case dtype::f16:
    case dtype::bf16:
      return 2;
    case dtype::f32:
      return 4;
    case dtype::f64:
    case dtype::i64:
      return 8;
    case dtype::u8:
      break;
  }
  return 1;
}

/// The name that safetensors headers use: "F32".
constexpr std::string_view dtype_name(dtype type) {
  switch (type) {
    case dtype::f16:
      return "F16";
    case dtype::bf16:
      return "BF16";
    case dtype::f32:
      return "F32";
    case dtype::f64:
      return "F64";
    case dtype::i64:
      return "I64";
    case dtype::u8:
      break;
  }
  return "U8";
}

constexpr std::optional<dtype> parse_dtype(std::string_view name) {
  for (const dtype type : {dtype::f16, dtype::bf16, dtype::f32, dtype::f64, dtype::i64, dtype::u8}) {
    if (dtype_name(type) == name) return type;
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

/// Whether every value of `stored` is a value of T: what may be read without a loss.
template <file_value T>
constexpr bool readable_as(dtype stored) {
  if (stored == dtype_of<T>()) return true;
  if constexpr (std::floating_point<T>) return dtype_size(stored) < sizeof(T) && stored != dtype::u8;
  return false;
}

/// A number from bytes that need not be aligned.
template <class T>
T load_number(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

/// The value of an IEEE half, exactly.
inline float half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10U) & 0x1F;
  const auto fraction = static_cast<float>(bits & 0x3FFU);
  const std::uint32_t sign = (bits & 0x8000U) != 0 ? 0x80000000U : 0U;
  const float magnitude = exponent == 0x1F ? std::bit_cast<float>(0x7F800000U | ((bits & 0x3FFU) << 13U))
                          : exponent == 0  ? std::ldexp(fraction, -24)
                                           : std::ldexp(1024.0F + fraction, exponent - 25);
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
}

/// The value of a bfloat16, exactly.
inline float brain_value(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

}  // namespace vscg::io
