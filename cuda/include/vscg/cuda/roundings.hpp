// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstdint>
#include <type_traits>

#include <vscg/core/config.hpp>

// The numbers that a device's fast products take in place of floats. All have the exponents of a float, or of a float's
// subnormal numbers, and fewer bits after the point: TF32 has 10, bf16 has 7.

namespace vscg::cuda_detail {

/// The nearest number with `Bits` bits after the point, of two equally near ones that whose last bit is 0. Infinity for
/// what is nearer to the next power of two than to the largest such number. NaN stays NaN.
template <unsigned Bits>
VSCG_HD constexpr float rounded(float x) {
  static_assert(Bits > 0 && Bits < 23);
  constexpr unsigned dropped = 23 - Bits;
  auto bits = __builtin_bit_cast(std::uint32_t, x);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    bits |= 0x00400000U;  // the bits that make it NaN may be among those that go
  } else {
    bits += (1U << (dropped - 1)) - 1 + (bits >> dropped & 1U);
  }
  return __builtin_bit_cast(float, bits >> dropped << dropped);
}

VSCG_HD constexpr float to_tf32(float x) { return rounded<10>(x); }

/// The upper half of a float.
struct bf16 {
  std::uint16_t bits;
  VSCG_HD constexpr explicit operator float() const { return __builtin_bit_cast(float, std::uint32_t{bits} << 16U); }
};

VSCG_HD constexpr bf16 to_bf16(float x) {
  return {static_cast<std::uint16_t>(__builtin_bit_cast(std::uint32_t, rounded<7>(x)) >> 16U)};
}
VSCG_HD constexpr float to_float(bf16 x) { return static_cast<float>(x); }
VSCG_HD constexpr float to_float(float x) { return x; }

/// What is computed with in place of numbers that an array keeps: float for bf16, otherwise themselves.
template <class Number>
using wide = std::conditional_t<std::is_same_v<Number, bf16>, float, Number>;
template <class Number>
VSCG_HD constexpr wide<Number> widened(Number x) {
  return static_cast<wide<Number>>(x);
}
/// The number that an array keeps in its place, which is rounded if it is bf16.
template <class Number>
VSCG_HD constexpr Number narrowed(wide<Number> x) {
  if constexpr (std::is_same_v<Number, bf16>)
    return to_bf16(x);
  else
    return x;
}

/// Two TF32 numbers in place of one float.
struct tf32_pair {
  float big, small;
};

/// x = big + small, but for at most 2^-23 of x, or of the smallest normal number. Every finite x has finite parts. What
/// is not finite is its own big part, and the small one is 0: a product of infinity may then be NaN.
VSCG_HD constexpr tf32_pair split(float x) {
  constexpr std::uint32_t infinity = 0x7F800000U;
  constexpr std::uint32_t largest = 0x7F7FE000U;
  const auto bits = __builtin_bit_cast(std::uint32_t, x);
  float big = to_tf32(x);
  if ((bits & infinity) == infinity) return {big, 0.0F};
  if ((__builtin_bit_cast(std::uint32_t, big) & infinity) == infinity) {
    big = __builtin_bit_cast(float, largest | (bits & 0x80000000U));
  }
  return {big, to_tf32(x - big)};  // the difference is exact
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
