// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/io/safetensors.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::io;

namespace {

/// Eight bytes of length, the header, the values: a file that the library did not write.
std::string raw_file(const std::string& header, const std::string& values) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFFU);
  return length + header + values;
}

/// Compares bytes, because NaN does not equal itself and -0 equals 0.
template <class T>
bool same_bytes(std::span<const T> left, std::span<const T> right) {
  return std::ranges::equal(std::as_bytes(left), std::as_bytes(right));
}

}  // namespace

TEST_CASE("every type comes back bit for bit, whatever the order") {
  const temporary_folder scratch;
  const std::vector<float> floats = {1.5F, -0.0F, std::numeric_limits<float>::denorm_min(), 3e38F, 0, 7};
  const std::vector<double> doubles = {0.1, std::numeric_limits<double>::quiet_NaN()};
  const std::vector<std::int64_t> steps = {-1, std::numeric_limits<std::int64_t>::max()};
  const std::vector<std::uint8_t> text = {'a', 'b', 'c'};
  const std::vector<tensor_source> tensors = {
      make_tensor_source<std::uint8_t>("text", {3}, text), make_tensor_source<float>("w", {2, 3}, floats),
      make_tensor_source<float>("empty", {0, 5}, {}), make_tensor_source<double>("moment", {2}, doubles),
      make_tensor_source<std::int64_t>("steps", {1, 2, 1}, steps)};
  const auto path = scratch / "a.safetensors";
  write_safetensors(path, tensors, {{"vscg.form", "released"}, {"a", "\"ü\n"}});

  const auto file = safetensors_file::open(path);
  CHECK(file.metadata().at("a") == "\"ü\n");
  CHECK(file.metadata().size() == 2);
  REQUIRE(file.tensors().size() == 5);
  for (const auto& tensor : file.tensors()) CHECK(tensor.begin % dtype_size(tensor.type) == 0);
  CHECK(file.at("w").shape == std::vector<std::size_t>{2, 3});
  CHECK(file.at("steps").shape == std::vector<std::size_t>{1, 2, 1});
  CHECK(same_bytes<float>(file.read<float>(file.at("w")), floats));
  CHECK(same_bytes<double>(file.read<double>(file.at("moment")), doubles));
  CHECK(file.read<std::int64_t>(file.at("steps")) == steps);
  CHECK(file.read<std::uint8_t>(file.at("text")) == text);
  CHECK(file.read<float>(file.at("empty")).empty());
  CHECK(file.find("absent") == nullptr);
  CHECK(contains(error_of([&] { file.at("absent"); }), "expected a tensor absent, found none"));

  const std::string first = bytes_of(path);
  write_safetensors(path, tensors, {{"a", "\"ü\n"}, {"vscg.form", "released"}});
  CHECK(bytes_of(path) == first);
}

TEST_CASE("smaller floating types widen exactly, and nothing narrows or changes kind") {
  const temporary_folder scratch;
  const std::string header =
      R"({"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},)"
      R"("f":{"dtype":"F32","shape":[],"data_offsets":[6,10]},"i":{"dtype":"I64","shape":[1],"data_offsets":[10,18]},)"
      R"("d":{"dtype":"F64","shape":[1],"data_offsets":[18,26]}})";
  const float third = 1.0F / 3.0F;
  const auto third_bytes = std::bit_cast<std::array<char, 4>>(third);
  put_bytes(scratch / "a", raw_file(header, std::string("\x00\x3C\x00\xC4\xC0\x3F", 6) +
                                                std::string(third_bytes.data(), 4) + std::string(16, '\0')));
  const auto file = safetensors_file::open(scratch / "a");
  CHECK(file.read<float>(file.at("h")) == std::vector<float>{1.0F, -4.0F});
  CHECK(file.read<double>(file.at("h")) == std::vector<double>{1.0, -4.0});
  CHECK(file.read<double>(file.at("b")) == std::vector<double>{1.5});
  CHECK(file.read<double>(file.at("f")) == std::vector<double>{static_cast<double>(third)});
  CHECK(contains(error_of([&] { file.read<float>(file.at("d")); }), "tensor d holds double precision (F64)"));
  CHECK(contains(error_of([&] { file.read<double>(file.at("i")); }),
                 "tensor i: expected values that can be read as F64"));
  CHECK(contains(error_of([&] { file.read<std::int64_t>(file.at("f")); }), "found F32"));
  std::array<float, 3> three{};
  CHECK(contains(error_of([&] { file.read<float>(file.at("h"), three); }), "expected 3 values, found 2 [2]"));
}

TEST_CASE("widening crosses the buffer's end") {
  const temporary_folder scratch;
  std::vector<float> values(20001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) * 0.1F;
  write_safetensors(scratch / "a", std::vector{make_tensor_source<float>("w", {20001}, values)});
  const auto file = safetensors_file::open(scratch / "a");
  CHECK(file.read<double>(file.at("w")) == std::vector<double>(values.begin(), values.end()));
}

TEST_CASE("files that are not what they should be") {
  const temporary_folder scratch;
  const auto problem = [&](const std::string& bytes) {
    put_bytes(scratch / "x", bytes);
    const std::string message = error_of([&] { safetensors_file::open(scratch / "x"); });
    CHECK((message.empty() || contains(message, (scratch / "x").string())));
    return message;
  };
  const std::string header = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string good = raw_file(header, "12345678");
  CHECK(problem(good).empty());
  for (std::size_t length = 0; length < good.size(); ++length) CHECK_FALSE(problem(good.substr(0, length)).empty());
  CHECK(contains(problem(good.substr(0, good.size() - 1)), "(the file is truncated)"));
  CHECK(contains(problem(good + "9"), "expected 8 bytes of values after the header, found 9"));
  CHECK(contains(problem(""), "expected a safetensors file"));
  CHECK(contains(problem("PK\x03\x04 a zip file, as PyTorch saves"),
                 "found a file of torch.save; safetensors.torch.save_file("));
  CHECK(contains(problem(std::string(16, '\xFF')), "not a safetensors file"));
  CHECK(contains(error_of([&] { safetensors_file::open(scratch / "absent"); }), "No such file"));
}

TEST_CASE("writing checks sizes first and leaves no file") {
  const temporary_folder scratch;
  const std::vector<float> values(6);
  const auto problem = [&](std::vector<std::size_t> shape) {
    const std::vector tensors = {make_tensor_source<float>("w", std::move(shape), values)};
    return error_of([&] { write_safetensors(scratch / "a", tensors); });
  };
  CHECK(contains(problem({2, 2}), "tensor w: expected 16 bytes for [2, 2], found 24"));
  CHECK_FALSE(problem({std::numeric_limits<std::size_t>::max(), 2}).empty());
  CHECK(scratch.names().empty());
  CHECK(problem({2, 3}).empty());
}

// Whole files with flipped, inserted and missing bytes give an error or values that can all be read, never a crash.
TEST_CASE("fuzz: damaged files") {
  const temporary_folder scratch;
  const std::vector<double> values = {1, 2, 3};
  const std::vector<float> more = {4, 5};
  write_safetensors(
      scratch / "good",
      std::vector{make_tensor_source<double>("a", {3}, values), make_tensor_source<float>("b", {2}, more)},
      {{"key", "value"}});
  const std::string good = bytes_of(scratch / "good");
  const vscg::random_stream random(vscg::seed(3), "file fuzz");
  int accepted = 0;
  for (std::uint64_t round = 0; round < 3000; ++round) {
    std::string bytes = good;
    const std::size_t at = random.below(bytes.size(), 0, round);
    const char value = static_cast<char>(random.bits(1, round));
    switch (random.below(4, 2, round)) {
      case 0:
        bytes[at] = value;
        break;
      case 1:
        bytes.insert(at, 1, value);
        break;
      case 2:
        bytes.erase(at, 1 + random.below(9, 3, round));
        break;
      default:
        bytes[at % 8] = value;  // the length
    }
    put_bytes(scratch / "x", bytes);
    error_of([&] {
      const auto file = safetensors_file::open(scratch / "x");
      for (const auto& tensor : file.tensors()) error_of([&] { file.read<double>(tensor); });
      ++accepted;
    });
  }
  CHECK(accepted > 100);  // nobody can notice a flipped byte of a value
  CHECK(accepted < 2000);
}
