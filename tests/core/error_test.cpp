// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/shape_text.hpp>

#include "support/error_of.hpp"

TEST_CASE("an error names the thing, what was expected and what was found") {
  const vscg::expectation_error problem("labels.h5", "[N, 10, 29]", "[N, 28]");
  CHECK(std::string(problem.what()) == "labels.h5: expected [N, 10, 29], found [N, 28]");
  CHECK_THROWS_AS(throw vscg::expectation_error("anything"), std::runtime_error);
}

TEST_CASE("sizes are multiplied and added up to what memory can hold") {
  constexpr std::size_t half = std::size_t{1} << 62U;
  CHECK(vscg::checked_product("size", {}) == 1);
  CHECK(vscg::checked_product("size", {3, 5, 7}) == 105);
  CHECK(vscg::checked_product("size", {half, 4, 0}) == 0);
  CHECK(vscg::checked_product("size", {half - 1, 2}) == vscg::largest_size - 1);
  CHECK(error_of([] {
          vscg::checked_product("size", {half, 2});
        }) == "size: expected at most 9223372036854775807, found 4611686018427387904 * 2");
  CHECK(error_of([] { vscg::checked_product("size", {16, half, half}); }).find("16 * ") != std::string::npos);
  CHECK(vscg::checked_sum("size", {half, half - 1}) == vscg::largest_size);
  CHECK(error_of([] {
          vscg::checked_sum("size", {1, vscg::largest_size, 3});
        }) == "size: expected at most 9223372036854775807, found 1 + 9223372036854775807 + 3");
  CHECK(error_of([] { vscg::checked_sum("size", {~std::size_t{0}}); }) != "");
  CHECK(vscg::bytes_text(1023) == "1023 bytes");
  CHECK(vscg::bytes_text(1024 + 512) == "1.5 KiB");
  CHECK(vscg::bytes_text(~std::size_t{0}) == "15.9 EiB");
}

TEST_CASE_TEMPLATE("numbers that are not finite are found", T, float, double) {
  using limits = std::numeric_limits<T>;
  for (const T x : {T(0), T(-1), limits::max(), limits::lowest(), limits::denorm_min()}) CHECK(vscg::is_finite(x));
  for (const T x : {limits::infinity(), -limits::infinity(), limits::quiet_NaN(), -limits::quiet_NaN()}) {
    CHECK(!vscg::is_finite(x));
  }
  const std::vector<T> bad{1, 2, limits::infinity(), limits::quiet_NaN()};
  CHECK(error_of([&] { vscg::expect_finite("array", std::span<const T>(bad)); }) ==
        "array: expected finite numbers, found inf at 2");
  CHECK(error_of([&] { vscg::expect_finite("array", std::span<const T>(bad).first(2)); }) == "");
}

TEST_CASE("control characters are shown: a zero byte does not cut the text") {
  const std::string found("a\0b\x1B[31m\tc\n\x7F\xE9", 13);
  CHECK(std::string(vscg::expectation_error("x", "y", found).what()) ==
        "x: expected y, found a\\x00b\\x1B[31m\tc\n\\x7F\xE9");
  CHECK(std::string(vscg::expectation_error(found).what()) == "a\\x00b\\x1B[31m\tc\n\\x7F\xE9");
}

TEST_CASE("a product of a file's sizes that does not fit is nothing; a shape shows any number as N") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK(vscg::fitting_product(4, std::vector<std::size_t>{}) == 4);
  CHECK(vscg::fitting_product(4, std::vector<std::size_t>{3, 5}) == 60);
  CHECK(vscg::fitting_product(1, std::vector<std::size_t>{most}) == most);
  CHECK(vscg::fitting_product(2, std::vector<std::size_t>{0, most}) == 0);
  CHECK_FALSE(vscg::fitting_product(2, std::vector<std::size_t>{most, 0}));
  CHECK(vscg::shape_text(std::vector<std::size_t>{}) == "[]");
  CHECK(vscg::shape_text(std::vector<std::size_t>{256, 0, most}) == "[256, 0, 18446744073709551615]");
  CHECK(vscg::shape_text(std::vector<int>{-1, 10}, -1) == "[N, 10]");
  CHECK(vscg::shape_text(std::vector<std::size_t>{0, 29}, 0, ",") == "[N,29]");
}
