// SPDX-License-Identifier: MIT
// Like a program whose xtensor counts by columns unless a layout is named.
#define XTENSOR_DEFAULT_LAYOUT xt::layout_type::column_major

#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <doctest/doctest.h>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <vscg/core/shape.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/io/npy_file.hpp>
#include <vscg/model/array.hpp>
#include <vscg/xtensor.hpp>

#include "support/temporary_folder.hpp"

using namespace vscg::io;

static_assert(xt::xarray<float>::static_layout == xt::layout_type::column_major);

TEST_CASE("files hold rows, and arrays are the same for any default layout of xtensor") {
  const temporary_folder dir;
  const xt::xarray<double> array = {{1, 2, 3}, {4, 5, 6}};
  const xt::xtensor<double, 2> fixed_rank = array;
  const std::vector<double> rows = {1, 2, 3, 4, 5, 6}, columns = {1, 4, 2, 5, 3, 6};
  const auto in_file = [&](auto&& written) {
    write_npy(dir / "a.npy", written);
    const npy_file file(dir / "a.npy");
    CHECK(file.shape() == std::vector<std::size_t>{2, 3});
    std::vector<double> values(6);
    file.read(0, std::span(values));
    return values;
  };
  REQUIRE(std::vector<double>(array.data(), array.data() + 6) == columns);
  CHECK(in_file(array) == rows);
  CHECK(in_file(fixed_rank) == rows);
  CHECK(in_file(array * 1.0) == rows);
  CHECK(in_file(xt::view(array, xt::all(), xt::all())) == rows);
  CHECK(in_file(row_major_array<double>(array)) == rows);

  const auto back = read_npy<double>(dir / "a.npy");
  CHECK(back == array);
  CHECK(back(0, 1) == 2);
  const xt::xarray<double> as_columns = read_npy<double>(dir / "a.npy");
  CHECK(as_columns == array);
}

TEST_CASE("outputs keep their order as xtensor arrays, copied or viewed") {
  std::vector<float> numbers(12);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  const vscg::array_of<float, vscg::shape<vscg::dyn, 2, 3>> output{numbers, 2};
  const auto copy = vscg::to_xtensor(output);
  const auto seen = vscg::view_xtensor(output);
  for (std::size_t n = 0, i = 0; n < 2; ++n) {
    for (std::size_t t = 0; t < 2; ++t) {
      for (std::size_t c = 0; c < 3; ++c, ++i) {
        CHECK(copy(n, t, c) == numbers[i]);
        CHECK(seen(n, t, c) == numbers[i]);
      }
    }
  }
  const xt::xtensor<float, 3> as_columns = copy;
  CHECK(as_columns(1, 0, 2) == 8.0F);
}
