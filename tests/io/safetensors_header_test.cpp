// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/io/safetensors_header.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"

using namespace vscg::io;

namespace {

std::string problem(const std::string& text, std::uint64_t data_size) {
  return error_of([&] { parse_safetensors_header(text, data_size, "file"); });
}

/// A header of one tensor whose description is `entry`.
std::string one(const std::string& entry) { return R"({"w":)" + entry + "}"; }

}  // namespace

TEST_CASE("a written header reads back, and its bytes are the format's") {
  const std::vector<tensor_info> tensors = {{"b", dtype::f64, {2}, 0, 16}, {"a.w", dtype::f32, {}, 16, 20}};
  const std::string bytes = build_safetensors_header(tensors, {{"k", "v"}}, "file");
  const std::string text = R"({"__metadata__":{"k":"v"},"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},)"
                           R"("a.w":{"dtype":"F32","shape":[],"data_offsets":[16,20]}})";
  CHECK(bytes.size() % 8 == 0);
  CHECK(static_cast<unsigned char>(bytes[0]) + 256 * static_cast<unsigned char>(bytes[1]) ==
        static_cast<int>(bytes.size() - 8));
  CHECK(bytes.substr(8, text.size()) == text);
  CHECK(bytes.find_first_not_of(' ', 8 + text.size()) == std::string::npos);

  const auto header = parse_safetensors_header(bytes.substr(8), 20, "file");
  REQUIRE(header.tensors.size() == 2);
  CHECK(header.tensors[0].name == "b");
  CHECK(header.tensors[0].shape == std::vector<std::size_t>{2});
  CHECK(header.tensors[1].size() == 1);
  CHECK(header.metadata.at("k") == "v");
}

TEST_CASE("what other writers do is accepted: any order, empty tensors, no metadata, spaces") {
  const std::string text =
      R"( {"later":{"shape":[2,1],"data_offsets":[4,8],"dtype":"BF16"}, "none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},)"
      R"("first":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}   )";
  const auto header = parse_safetensors_header(text, 8, "file");
  REQUIRE(header.tensors.size() == 3);
  CHECK(header.tensors[0].name == "first");
  CHECK(header.tensors[1].name == "none");
  CHECK(header.tensors[2].name == "later");
  CHECK(parse_safetensors_header("{}", 0, "file").tensors.empty());
}

TEST_CASE("everything that does not add up is refused, by name") {
  const std::string good = one(R"({"dtype":"F32","shape":[2,3],"data_offsets":[0,24]})");
  CHECK(problem(good, 24).empty());
  CHECK(contains(problem(good, 23), "found 23 (the file is truncated)"));
  CHECK(contains(problem(good, 25), "expected 24 bytes of values"));
  CHECK(contains(problem("", 0), "file: header: expected valid JSON"));
  CHECK(contains(problem("[]", 0), "expected a JSON object, found array"));
  CHECK(contains(problem(good.substr(0, good.size() - 1), 24), "valid JSON"));
  CHECK(contains(problem(one("3"), 0), "tensor w: expected an object"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[]})"), 4), "tensor w: expected an object"));
  CHECK(contains(problem(one(R"({"type":"F32","shape":[],"data_offsets":[0,4]})"), 4), R"(a field "dtype")"));
  CHECK(contains(problem(one(R"({"dtype":"F8","shape":[],"data_offsets":[0,1]})"), 1), R"(found "F8")"));
  CHECK(contains(problem(one(R"({"dtype":7,"shape":[],"data_offsets":[0,1]})"), 1), "dtype"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":3,"data_offsets":[0,4]})"), 4), "a list as shape"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), 4), "found -1"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})"), 4), "found 1.0"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"), 4), "two data_offsets"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})"), 8), "4 bytes apart for F32 [1]"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[1],"data_offsets":[8,4]})"), 8), "4 bytes apart"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), 8), "begin at byte 0, found 4"));
  // 2^62 floats wrap around to 0 bytes in 64 bits
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})"), 0),
                 "a shape that fits memory"));
  CHECK(contains(problem(one(R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]})"), 0),
                 "a whole number"));
  CHECK(contains(problem(R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                         R"("w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                         1),
                 R"("w" twice)"));
  CHECK(contains(problem(R"({"v":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                         R"("w":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                         3),
                 "tensor w: expected values that begin at byte 2, found 1"));
  CHECK(contains(problem(R"({"__metadata__":[]})", 0), "__metadata__: expected an object"));
  CHECK(contains(problem(R"({"__metadata__":{"k":1}})", 0), "__metadata__ k: expected text, found number"));
  CHECK(contains(problem(R"({"w":)" + std::string(1000, '['), 0), "tensor w: expected an object"));
  CHECK(contains(problem(R"({"w":{"x":)" + std::string(1000, '['), 0), "deeper nesting"));
}

TEST_CASE("odd headers are accepted and refused as by the reference") {
  const std::string w = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  const std::string good = one(w);
  const auto with = [](const std::string& type, const std::string& shape, const std::string& offsets) {
    return one(R"({"dtype":)" + type + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}");
  };
  const auto refused = [](const std::string& text, std::uint64_t size) { return !problem(text, size).empty(); };
  // One object, and nothing but blanks around it.
  for (const std::string& text : {good + "  ", good + "\n\t\r", "\n " + good}) CHECK(problem(text, 8).empty());
  using namespace std::string_literals;
  for (const std::string& text :
       {good + "\0"s, good + "\0garbage"s, "\0"s + good, good + "x", good + "{}", good + "\f", good + "\xC2\xA0",
        "\xEF\xBB\xBF" + good, "{\0"s + good.substr(1), "[" + good + "]"}) {
    CAPTURE(text);
    CHECK(contains(problem(text, 8), "file: header: expected "));
  }
  // Fields that the format does not know are skipped, whatever they hold.
  for (const char* more : {"1", "null", "\"t\"", "true", "1.5", "-1", "[1,{\"y\":[]}]", "{\"dtype\":7,\"z\":{}}"}) {
    const std::string text = one(w.substr(0, w.size() - 1) + R"(,"x":)" + more + "}");
    CHECK(problem(text, 8).empty());
    CHECK(parse_safetensors_header(text, 8, "file").tensors[0].type == dtype::f32);
  }
  CHECK(problem(R"({"__metadata__":null})", 0).empty());
  CHECK(problem(R"({"__metadata__":{},"w":)" + w + "}", 8).empty());
  CHECK(problem(R"({"":)" + w + "}", 8).empty());
  CHECK(problem(R"({"a\u0000b\ud83d\ude00":)" + w + "}", 8).empty());
  for (const char* name : {"a\nb", "\xE9", "\xC0\xAF", "\xED\xA0\x80", "\\ud800", "\\x41"}) {
    CHECK(refused(R"({")" + std::string(name) + R"(":)" + w + "}", 8));
  }
  // Every type of at least a byte is known, even if its values cannot be read.
  for (const auto& [name, size] : dtype_table) {
    const std::string bytes = std::to_string(2 * size);
    CHECK(problem(with("\"" + std::string(name) + "\"", "[2]", "[0," + bytes + "]"), 2 * size).empty());
  }
  for (const char* type : {"\"f32\"", "\"F31\"", "null", "[\"F32\"]", "{\"F32\":null}", "\"F4\""}) {
    CHECK(contains(problem(with(type, "[2]", "[0,8]"), 8), "tensor w: expected one of the dtypes F16, "));
  }
  for (const char* shape : {"[2.0]", "[2e0]", "[-2]", "[-0]", "[\"2\"]", "[null]", "[true]", "2", "[[2]]", "{}", "[02]",
                            "[+2]", "[0x2]", "[2,]", "null", "[NaN]"}) {
    CHECK(refused(with("\"F32\"", shape, "[0,8]"), 8));
  }
  for (const char* offsets : {"[0]", "[0,8,8]", "[]", "[0.0,8.0]", "[-8,0]", "[8,0]", "[\"0\",\"8\"]", "{\"0\":0}",
                              "null", "[0,18446744073709551616]"}) {
    CHECK(refused(with("\"F32\"", "[2]", offsets), 8));
  }
  CHECK(refused(with("\"F32\"", "[4294967296,4294967296,0]", "[0,0]"), 0));
  CHECK(problem(with("\"F32\"", "[0,4294967296,4294967296]", "[0,0]"), 0).empty());
  CHECK(refused(R"({"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8));
  // The reference keeps the last one of these, but a name given twice is a mistake.
  CHECK(contains(problem(R"({"__metadata__":{"a":"b","a":"c"}})", 0), R"("a" twice)"));
}

TEST_CASE("a header that would not be read is not built") {
  const tensor_info tensor{"w", dtype::u8, {1}, 0, 1};
  tensor_info named_metadata = tensor;
  named_metadata.name = "__metadata__";
  tensor_info not_text = tensor;
  not_text.name = "\xFF";
  const auto build = [](std::vector<tensor_info> tensors) {
    return error_of([&] { build_safetensors_header(tensors, {}, "file"); });
  };
  CHECK(build({tensor}).empty());
  CHECK(contains(build({tensor, tensor}), "every tensor name once"));
  CHECK(contains(build({named_metadata}), "none \"__metadata__\""));
  CHECK(contains(build({not_text}), "text in UTF-8"));
}

// Damage must give an error or a consistent header, never a crash; this also runs under the sanitizers.
TEST_CASE("fuzz: damaged headers") {
  const std::vector<tensor_info> tensors = {{"lstm.weight", dtype::f32, {4, 2}, 0, 32}, {"b", dtype::u8, {3}, 32, 35}};
  const std::string good = build_safetensors_header(tensors, {{"vscg.form", "released"}}, "file").substr(8);
  const std::vector<std::string> pieces = {"-1",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           "\"",
                                           ",",
                                           ":",
                                           "null",
                                           "1e400",
                                           "18446744073709551615",
                                           "\\u0000",
                                           "\"b\"",
                                           "0",
                                           "\xC3",
                                           "[0,32]",
                                           "\"__metadata__\""};
  const vscg::random_stream random(vscg::seed(7), "header fuzz");
  int accepted = 0;
  int refused = 0;
  for (std::uint64_t round = 0; round < 20000; ++round) {
    std::string text = good;
    const std::uint64_t edits = 1 + random.below(3, 0, round);
    for (std::uint64_t edit = 0; edit < edits; ++edit) {
      const std::size_t at = random.below(text.size(), 4 * edit + 1, round);
      const std::size_t length = random.below(6, 4 * edit + 2, round);
      const std::uint64_t choice = random.below(pieces.size() + 2, 4 * edit + 3, round);
      if (choice < pieces.size()) {
        text.replace(at, length, pieces[choice]);
      } else if (choice == pieces.size()) {
        text[at] = static_cast<char>(random.bits(4 * edit + 4, round));
      } else {
        text.resize(at + 1);
      }
    }
    std::size_t total = 0;
    const std::string message = error_of([&] {
      for (const auto& tensor : parse_safetensors_header(text, 35, "file").tensors) total += tensor.bytes();
    });
    if (message.empty()) {
      ++accepted;
      REQUIRE(total == 35);
    } else {
      ++refused;
    }
  }
  CHECK(refused > 10000);
  CHECK(accepted > 100);
}
