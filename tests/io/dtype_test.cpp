// SPDX-License-Identifier: MIT
#include <cstdint>
#include <iterator>

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

TEST_CASE("only lossless conversions are allowed") {
  static_assert(readable_as<float>(dtype::f16) && readable_as<float>(dtype::bf16) && readable_as<float>(dtype::f32));
  static_assert(readable_as<double>(dtype::f32) && readable_as<double>(dtype::f64));
  static_assert(!readable_as<float>(dtype::f64) && !readable_as<float>(dtype::i64) && !readable_as<float>(dtype::u8));
  static_assert(!readable_as<double>(dtype::i64) && !readable_as<double>(dtype::u8));
  static_assert(!readable_as<double>(dtype::i32) && !readable_as<float>(dtype::f8_e4m3) &&
                !readable_as<float>(dtype::boolean) && !readable_as<std::uint8_t>(dtype::boolean));
  static_assert(readable_as<std::int64_t>(dtype::i64) && !readable_as<std::int64_t>(dtype::u8));
  static_assert(readable_as<std::uint8_t>(dtype::u8) && !readable_as<std::uint8_t>(dtype::f16));
}
