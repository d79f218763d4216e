// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/npy.hpp>
#include <vscg/io/npy_file.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::io;

TEST_CASE_TEMPLATE("any part of a file, as float and as double", T, float, double) {
  const temporary_folder dir;
  std::vector<T> values(40000);  // longer than the buffer of the conversion
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i) / 8;
  write_npy<T>(dir / "a.npy", values, std::vector<std::size_t>{4, 10000});
  const npy_file file(dir / "a.npy");
  CHECK(file.shape() == std::vector<std::size_t>{4, 10000});
  CHECK(file.size() == 40000);

  std::vector<float> narrow(15000);
  file.read(20001, std::span(narrow));
  std::vector<double> wide(15000);
  file.read(20001, std::span(wide));
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    REQUIRE(narrow[i] == static_cast<float>(20001 + i) / 8);
    REQUIRE(wide[i] == static_cast<double>(20001 + i) / 8);
  }
  file.read(40000, std::span<T>());
  CHECK(contains(error_of([&] { file.read(39999, std::span(narrow).first(2)); }),
                 "a.npy: expected 40000 values, found a request beyond them"));
}
