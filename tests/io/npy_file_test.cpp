// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/npy.hpp>
#include <vscg/io/npy_file.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
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

namespace {

/// A file of these bytes, as numpy.save writes an array [n] of that type.
void put_array(const std::filesystem::path& path, const std::string& type, std::size_t n, std::string_view values) {
  std::string dictionary =
      "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(n) + ",), }\n";
  const auto length = static_cast<char>(dictionary.size());
  put_bytes(path, std::string("\x93NUMPY\x01\x00", 8) + length + '\0' + dictionary + std::string(values));
}

}  // namespace

TEST_CASE("integers of any size and byte order, as numbers and as class indices") {
  const temporary_folder dir;
  const auto path = dir / "a.npy";
  const auto read = [&](const std::string& type, std::string_view bytes, const std::vector<double>& expected) {
    CAPTURE(type);
    put_array(path, type, expected.size(), bytes);
    const npy_file file(path);
    std::vector<float> narrow(expected.size());
    file.read(0, std::span(narrow));
    std::vector<double> wide(expected.size());
    file.read(0, std::span(wide));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(narrow[i] == static_cast<float>(expected[i]));
      CHECK(wide[i] == expected[i]);
    }
    std::vector<std::int32_t> whole(expected.size());
    const std::string message = error_of([&] { file.read(0, std::span(whole)); });
    if (message.empty()) CHECK(std::vector<double>(whole.begin(), whole.end()) == expected);
    return message;
  };
  using std::string_literals::operator""s;
  CHECK(read("|u1", "\x00\x10\xff"s, {0, 16, 255}).empty());
  CHECK(read("|i1", "\x00\x10\xff"s, {0, 16, -1}).empty());
  CHECK(read("<i2", "\x01\x00\xfe\xff"s, {1, -2}).empty());
  CHECK(read(">u2", "\x00\x01\xff\xfe"s, {1, 65534}).empty());
  CHECK(read(">i4", "\x00\x01\x00\x00\xff\xff\xff\xff"s, {65536, -1}).empty());
  CHECK(read("<i8", "\x07\x00\x00\x00\x00\x00\x00\x00"s, {7}).empty());
  CHECK(contains(read("<u4", "\x01\x00\x00\x00\x00\x00\x00\x80"s, {1, 2147483648.0}),
                 "a.npy: expected whole numbers of at most 32 bits, found another one at element 1"));
  CHECK(contains(read("<i8", "\x00\x00\x00\x00\x01\x00\x00\x00"s, {4294967296.0}), "element 0"));
  CHECK(contains(read("<u8", "\x00\x00\x00\x00\x00\x00\x00\x80"s, {9223372036854775808.0}), "element 0"));
  write_npy<float>(path, std::vector<float>{1}, std::vector<std::size_t>{1});
  CHECK(contains(error_of([&] { read_npy<std::int32_t>(path); }),
                 "a.npy: type of the values: expected integers, found F32"));
  put_array(path, "|u1", 2, "\x01\x02");
  CHECK(read_npy<std::int32_t>(path)(1) == 2);
  CHECK(read_npy<float>(path)(1) == 2);
}
