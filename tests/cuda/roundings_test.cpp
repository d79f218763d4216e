// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/cuda/roundings.hpp>
#include <vscg/files/float16.hpp>

namespace {

namespace numbers = vscg::cuda_detail;

std::uint32_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

/// The nearest multiple of the last place, ties to even, in double.
float by_definition(float x, int bits_after_the_point) {
  if (!std::isfinite(x) || x == 0) return x;
  const int exponent = std::max(std::ilogb(x), -126);
  const double place = std::ldexp(1.0, exponent - bits_after_the_point);
  const double nearest = std::nearbyint(static_cast<double>(x) / place) * place;
  if (std::abs(nearest) >= 0x1p128) return std::copysign(std::numeric_limits<float>::infinity(), x);
  return std::copysign(static_cast<float>(nearest), x);
}

/// Numbers of every exponent and sign: random ones, those next to ties, the ends of each range.
std::vector<float> all_kinds() {
  std::vector<float> all;
  const vscg::random_stream stream{vscg::seed{5}, "floats"};
  const auto add = [&](std::uint32_t word) {
    for (const std::uint32_t sign : {0U, 0x80000000U}) all.push_back(std::bit_cast<float>(word | sign));
  };
  for (std::uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (const std::uint32_t mantissa :
         {0x0U, 0x1U, 0xFFFU, 0x1000U, 0x1001U, 0x2FFFU, 0x3000U, 0x3001U, 0x7FFFU, 0x8000U, 0x8001U, 0x17FFFU,
          0x18000U, 0x18001U, 0x7FEFFFU, 0x7FF000U, 0x7F7FFFU, 0x7F8000U, 0x7FFFFFU}) {
      add(exponent << 23U | mantissa);
    }
    for (std::uint64_t i = 0; i < 64; ++i) {
      add(exponent << 23U | static_cast<std::uint32_t>(stream.uniform(i, exponent) * 0x1p23));
    }
  }
  add(0x7F800000U);
  return all;
}

}  // namespace

TEST_CASE("cuda: numbers are rounded to TF32, bf16 and any other width as defined, bit for bit") {
  for (const float x : all_kinds()) {
    INFO("x has the bits " << bits(x));
    REQUIRE(bits(numbers::to_tf32(x)) == bits(by_definition(x, 10)));
    REQUIRE(bits(numbers::to_float(numbers::to_bf16(x))) == bits(by_definition(x, 7)));
    REQUIRE(bits(numbers::rounded<3>(x)) == bits(by_definition(x, 3)));
    REQUIRE(bits(vscg::bfloat16_to_float(numbers::to_bf16(x).bits)) == bits(by_definition(x, 7)));
  }
}

TEST_CASE("cuda: NaN stays NaN, whichever of its bits are rounded away") {
  for (const std::uint32_t word : {0x7F800001U, 0x7FFFFFFFU, 0xFF800001U, 0xFFFFFFFFU, 0x7FC00000U, 0x7F801000U}) {
    const auto x = std::bit_cast<float>(word);
    CHECK(std::isnan(numbers::to_tf32(x)));
    CHECK(std::isnan(numbers::to_float(numbers::to_bf16(x))));
    CHECK(std::isnan(numbers::split(x).big));
  }
}

TEST_CASE(
    "cuda: a float is split into two TF32 numbers that miss at most its last place, and finite ones stay finite") {
  for (const float x : all_kinds()) {
    INFO("x has the bits " << bits(x));
    const auto [big, small] = numbers::split(x);
    if (!std::isfinite(x)) {
      REQUIRE(big == x);
      REQUIRE(small == 0);
      continue;
    }
    REQUIRE(std::isfinite(big));
    REQUIRE(bits(big) == bits(numbers::to_tf32(big)));
    REQUIRE(bits(small) == bits(numbers::to_tf32(small)));
    const double rest = static_cast<double>(x) - static_cast<double>(big);
    REQUIRE(static_cast<double>(small) == static_cast<double>(by_definition(static_cast<float>(rest), 10)));
    const double missing = std::abs(rest - static_cast<double>(small));
    REQUIRE(missing <= std::max(std::abs(static_cast<double>(x)) * 0x1p-23, 0x1p-137));
  }
}
