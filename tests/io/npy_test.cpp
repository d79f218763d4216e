// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xtensor/xarray.hpp>
#include <xtensor/xnpy.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <vscg/io/npy.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using vscg::io::npy_shape;
using vscg::io::read_npy;
using vscg::io::write_npy;

TEST_CASE_TEMPLATE("arrays of any rank come back", T, float, double) {
  const temporary_folder scratch;
  const auto path = scratch / "a.npy";
  for (const std::vector<std::size_t>& shape :
       std::vector<std::vector<std::size_t>>{{}, {1}, {5}, {0}, {2, 3}, {2, 0, 3}, {2, 10, 7, 7}, {1, 2, 1, 3, 1, 2}}) {
    auto array = xt::xarray<T>::from_shape(shape);
    for (std::size_t i = 0; i < array.size(); ++i) array.data()[i] = static_cast<T>(i) / T{3};
    write_npy(path, array);
    const auto back = read_npy<T>(path);
    CHECK(npy_shape(path) == shape);
    CHECK(std::vector<std::size_t>(back.shape().begin(), back.shape().end()) == shape);
    CHECK(std::ranges::equal(std::span(back.data(), back.size()), std::span(array.data(), array.size())));
  }
}

TEST_CASE("another reader of the format reads what we write, and the other way round") {
  const temporary_folder scratch;
  const xt::xarray<float> array = {{1.0F, 2.0F, 3.0F}, {4.0F, 5.0F, 6.0F}};
  write_npy(scratch / "ours.npy", array);
  CHECK(xt::load_npy<float>((scratch / "ours.npy").string()) == array);
  xt::dump_npy((scratch / "theirs.npy").string(), array);
  CHECK(read_npy<float>(scratch / "theirs.npy") == array);
}

TEST_CASE("expressions, views and column-major arrays are written by rows") {
  const temporary_folder scratch;
  const xt::xarray<double> array = {{1, 2, 3}, {4, 5, 6}};
  write_npy(scratch / "a.npy", array * 2.0);
  CHECK(read_npy<double>(scratch / "a.npy") == array * 2.0);
  write_npy(scratch / "a.npy", xt::view(array, xt::all(), 1));
  CHECK(read_npy<double>(scratch / "a.npy") == xt::xarray<double>{2, 5});
  write_npy(scratch / "a.npy", xt::xtensor<double, 2, xt::layout_type::column_major>(array));
  CHECK(read_npy<double>(scratch / "a.npy") == array);
}

TEST_CASE("the type of the file may differ from the type wanted") {
  const temporary_folder scratch;
  auto wide = xt::xarray<double>::from_shape({20000});
  for (std::size_t i = 0; i < wide.size(); ++i) wide(i) = static_cast<double>(i) / 7.0;
  write_npy(scratch / "a.npy", wide);
  CHECK(read_npy<float>(scratch / "a.npy") == xt::xarray<float>(xt::cast<float>(wide)));

  std::string bytes = vscg::io::build_npy_header(vscg::io::dtype::f32, std::vector<std::size_t>{3});
  bytes.replace(bytes.find("<f4"), 3, "<f2");
  put_bytes(scratch / "half.npy", bytes + std::string("\x00\x3C\x00\xC4\x01\x00", 6));
  CHECK(read_npy<double>(scratch / "half.npy") == xt::xarray<double>{1.0, -4.0, 0x1p-24});
  CHECK(read_npy<float>(scratch / "half.npy") == xt::xarray<float>{1.0F, -4.0F, 0x1p-24F});
}

TEST_CASE("numbers in the other byte order are read, of any width, and beyond the buffer's end") {
  const temporary_folder scratch;
  std::vector<double> values(20001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 999) / 8 - 7;
  const auto swapped = [&](auto number, const std::string& type) {
    std::string bytes = vscg::io::build_npy_header(vscg::io::dtype::f64, std::vector<std::size_t>{values.size()});
    bytes.replace(bytes.find("<f8"), 3, type);
    for (const double value : values) {
      number = static_cast<decltype(number)>(value);
      std::string one(sizeof(number), '\0');
      std::memcpy(one.data(), &number, sizeof(number));
      bytes.append(one.rbegin(), one.rend());
    }
    put_bytes(scratch / "a.npy", bytes);
  };
  const auto same = [&](const auto& array) { return std::equal(values.begin(), values.end(), array.begin()); };
  swapped(0.0, ">f8");
  CHECK(same(read_npy<double>(scratch / "a.npy")));
  CHECK(same(read_npy<float>(scratch / "a.npy")));
  swapped(0.0F, ">f4");
  CHECK(same(read_npy<double>(scratch / "a.npy")));
  CHECK(same(read_npy<float>(scratch / "a.npy")));
  std::string bytes = vscg::io::build_npy_header(vscg::io::dtype::f32, std::vector<std::size_t>{2});
  bytes.replace(bytes.find("<f4"), 3, ">f2");
  put_bytes(scratch / "half.npy", bytes + std::string("\x3C\x00\xC4\x00", 4));
  CHECK(read_npy<float>(scratch / "half.npy") == xt::xarray<float>{1.0F, -4.0F});
}

TEST_CASE("versions 2 and 3 have a longer length") {
  const temporary_folder scratch;
  const std::string text = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";
  for (const char version : {'\x02', '\x03'}) {
    put_bytes(scratch / "a.npy", "\x93NUMPY" + std::string(1, version) + '\0' + static_cast<char>(text.size()) +
                                     std::string(3, '\0') + text + std::string("\0\0\0\0\0\0\xF0\x3F", 8));
    CHECK(read_npy<double>(scratch / "a.npy") == xt::xarray<double>{1.0});
  }
}

TEST_CASE("errors name the file and what is wrong with it") {
  const temporary_folder scratch;
  const auto path = scratch / "a.npy";
  const auto problem = [&](const std::string& bytes) {
    put_bytes(path, bytes);
    const std::string message = error_of([&] { read_npy<float>(path); });
    CHECK((message.empty() || contains(message, path.string())));
    return message;
  };
  write_npy(path, xt::xarray<float>{1.0F, 2.0F, 3.0F});
  const std::string good = bytes_of(path);
  CHECK(problem(good).empty());
  for (std::size_t length = 0; length < good.size(); ++length) CHECK_FALSE(problem(good.substr(0, length)).empty());
  CHECK(contains(problem(good.substr(0, good.size() - 1)),
                 "12 bytes of values for [3], found 11 (the file is truncated)"));
  CHECK(contains(problem(good + "x"), "found 13 (several arrays in one file?)"));
  CHECK(contains(problem("hello, this is text"), "expected a .npy file"));
  CHECK(contains(problem("PK\x03\x04 zip"), "an archive (.npz)"));
  CHECK(contains(problem(std::string("\x93NUMPY\x09\x00\x10\x00\x00\x00", 12)), "version 1, 2 or 3, found 9.0"));
  CHECK(contains(problem("\x93NUMPY\x01\x01" + good.substr(8)), "version 1, 2 or 3, found 1.1"));
  const auto padded = [&](std::size_t length) {  // NumPy's limit
    std::string header = good.substr(10, good.size() - 12 - 10);
    header.resize(length, ' ');
    return good.substr(0, 8) + static_cast<char>(length & 0xFFU) + static_cast<char>(length >> 8U) + header +
           good.substr(good.size() - 12);
  };
  CHECK(problem(padded(10000)).empty());
  CHECK(contains(problem(padded(10001)), "expected a .npy header of at most 10000 bytes, found 10001"));
  std::string huge = good;
  huge.replace(huge.find("(3,), }          "), 17, "(9999999999,9), }");
  CHECK(contains(problem(huge), "(the file is truncated)"));
  for (const char* shape : {"(9999999999,9999999999), ", "(0,9223372036854775807), ", "(0,9999999999,9999999999), "}) {
    std::string text = good.substr(0, good.size() - 12);
    text.replace(text.find("(3,), }"), 7, shape + std::string("}"));
    text.erase(text.find("  "), text.size() - 128);
    CHECK(contains(problem(text), "expected a shape that fits memory, found [" + std::string(1, shape[1])));
  }
  CHECK(contains(error_of([&] { read_npy<float>(scratch / "absent.npy"); }), "No such file"));
}

TEST_CASE("writing checks the size first and leaves no file") {
  const temporary_folder scratch;
  const std::vector<float> values(6);
  const std::vector<std::size_t> shape = {2, 2};
  CHECK(contains(error_of([&] { write_npy<float>(scratch / "a.npy", values, shape); }), "[2, 2], found 6"));
  CHECK(scratch.names().empty());
}
