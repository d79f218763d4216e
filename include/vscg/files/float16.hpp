// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <bit>
#include <cstdint>

#include <vscg/core/config.hpp>

// Two-byte floats in software: neither compiler has types for them on every machine, and HDF5's conversion is slow.

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

/// IEEE half precision to float, exactly. It uses only integer arithmetic and one exact product, so it does not depend
/// on whether the thread flushes subnormal numbers.
constexpr float half_to_float(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffU;
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const float subnormal = static_cast<float>(magnitude) * 0x1p-24F;
  // Exponent bias 15 becomes 127; the exponent of infinity and NaN, 31, becomes 255.
  const std::uint32_t normal = (magnitude << 13U) + (magnitude < 0x7c00U ? 112U << 23U : 224U << 23U);
  const std::uint32_t bits = magnitude < 0x400U ? std::bit_cast<std::uint32_t>(subnormal) : normal;
  return std::bit_cast<float>(bits | sign);
}

/// A float to IEEE half precision: nearest, ties to even; too large becomes infinity.
constexpr std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (magnitude >= 0x47800000U) {  // 65536 and above, infinity, NaN
    half = magnitude > 0x7F800000U ? 0x7E00U : 0x7C00U;
  } else if (magnitude < 0x38800000U) {  // below 2^-14: adding 1/2 leaves the subnormal's bits at the mantissa's end
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
  } else {
    half = (magnitude - 0x38000000U + 0xFFFU + ((magnitude >> 13U) & 1U)) >> 13U;
  }
  return static_cast<std::uint16_t>(sign | half);
}

/// bfloat16, the upper half of a float, exactly.
constexpr float bfloat16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
