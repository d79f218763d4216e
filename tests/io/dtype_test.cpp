// SPDX-License-Identifier: MIT
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include <doctest/doctest.h>

#include <vscg/io/dtype.hpp>

using namespace vscg::io;

TEST_CASE("names and sizes agree both ways") {
  for (const dtype type : {dtype::f16, dtype::bf16, dtype::f32, dtype::f64, dtype::i64, dtype::u8}) {
    CHECK(parse_dtype(dtype_name(type)) == type);
  }
  static_assert(std::size(dtype_table) == static_cast<std::size_t>(dtype::c64) + 1);
  CHECK(dtype_name(dtype::boolean) == "BOOL");
  CHECK(dtype_name(dtype::f8_e8m0) == "F8_E8M0");
  CHECK(dtype_name(dtype::c64) == "C64");
  CHECK(dtype_size(dtype::i32) == 4);
  CHECK_FALSE(parse_dtype("F8"));
  CHECK_FALSE(parse_dtype("f32"));
  CHECK(dtype_size(dtype::bf16) == 2);
  CHECK(dtype_size(dtype_of<double>()) == 8);
  CHECK(dtype_size(dtype_of<std::uint8_t>()) == 1);
}

TEST_CASE("only conversions without a loss are allowed") {
  static_assert(readable_as<float>(dtype::f16) && readable_as<float>(dtype::bf16) && readable_as<float>(dtype::f32));
  static_assert(readable_as<double>(dtype::f32) && readable_as<double>(dtype::f64));
  static_assert(!readable_as<float>(dtype::f64) && !readable_as<float>(dtype::i64) && !readable_as<float>(dtype::u8));
  static_assert(!readable_as<double>(dtype::i64) && !readable_as<double>(dtype::u8));
  static_assert(!readable_as<double>(dtype::i32) && !readable_as<float>(dtype::f8_e4m3) &&
                !readable_as<float>(dtype::boolean) && !readable_as<std::uint8_t>(dtype::boolean));
  static_assert(readable_as<std::int64_t>(dtype::i64) && !readable_as<std::int64_t>(dtype::u8));
  static_assert(readable_as<std::uint8_t>(dtype::u8) && !readable_as<std::uint8_t>(dtype::f16));
}

TEST_CASE("half precision by its definition, for all 65,536 patterns") {
  int wrong = 0;
  for (std::uint32_t pattern = 0; pattern < 0x10000U; ++pattern) {
    const int exponent = static_cast<int>((pattern >> 10U) & 31U);
    const double fraction = static_cast<double>(pattern & 1023U) / 1024.0;
    const double sign = (pattern & 0x8000U) != 0 ? -1.0 : 1.0;
    const float value = half_value(static_cast<std::uint16_t>(pattern));
    if (exponent == 31) {
      wrong += fraction == 0 ? value != static_cast<float>(sign) * std::numeric_limits<float>::infinity()
                             : !std::isnan(value);
    } else {
      const double expected =
          exponent == 0 ? sign * fraction * 0x1p-14 : sign * (1.0 + fraction) * std::pow(2.0, exponent - 15);
      wrong += static_cast<double>(value) != expected || std::signbit(value) != (sign < 0);
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("bfloat16 is the upper half of a float") {
  CHECK(brain_value(0x3F80U) == 1.0F);
  CHECK(brain_value(0xC049U) == -3.140625F);
  CHECK(std::isnan(brain_value(0x7FC0U)));
}
