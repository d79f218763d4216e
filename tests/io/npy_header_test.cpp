// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/io/npy_header.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"

using namespace vscg::io;

namespace {

std::string problem(const std::string& text) {
  return error_of([&] { parse_npy_dictionary(text, "a.npy"); });
}

}  // namespace

TEST_CASE("NumPy's dictionary, and any other spelling of it") {
  const auto header = parse_npy_dictionary("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n", "a.npy");
  CHECK(header.type == dtype::f32);
  CHECK(header.shape == std::vector<std::size_t>{3, 4});
  const auto other = parse_npy_dictionary(R"({"shape":(7,),"fortran_order":False,"descr":"<f8"})", "a.npy");
  CHECK(other.type == dtype::f64);
  CHECK(other.shape == std::vector<std::size_t>{7});
  CHECK(parse_npy_dictionary("{'descr':'<f2','fortran_order':False,'shape':()}", "a.npy").shape.empty());
}

TEST_CASE("the spellings that NumPy reads, and none that it does not") {
  const auto read = [](const std::string& descr, const std::string& order, const std::string& shape, int version = 1) {
    npy_header header;
    const std::string text = "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    CAPTURE(text);
    const std::string message = error_of([&] { header = parse_npy_dictionary(text, "a.npy", version); });
    CHECK((message.empty() || contains(message, "a.npy")));
    return message.empty() ? std::optional(header) : std::nullopt;
  };
  const auto shape = [&](const std::string& text, int version = 1) {
    const auto header = read("'<f4'", "False", text, version);
    return header ? std::optional(header->shape) : std::nullopt;
  };
  using extents = std::vector<std::size_t>;
  for (const char* text : {"(2, 3)", "(2L, 3L)", "(2L, 3)", "(2 L, 3)", "( 2 ,3 , )", "(2,\n\f3)"}) {
    CHECK(shape(text) == extents{2, 3});
  }
  CHECK(shape("(6L,)", 2) == extents{6});
  CHECK_FALSE(shape("(2L, 3L)", 3));
  CHECK(shape("()") == extents{});
  CHECK(shape("(00, 3)") == extents{0, 3});
  for (const char* text :
       {"(6)",      "(6L)",     "6",     "[2, 3]",   "(,)",       "(2, 3,,)",  "(2LL, 3)", "(2l, 3)",
        "(L, 3)",   "(02, 3)",  "(-6,)", "(2.0, 3)", "(True, 6)", "(None, 6)", "('2', 3)", "((2, 3),)",
        "(two, 3)", "(1+1, 3)", "(2, 3", "(2,\v3)",  "(0x2, 3)",  "(1_2,)"}) {
    CHECK_FALSE(shape(text));
  }

  const auto type = [&](const std::string& descr) {
    const auto header = read(descr, "False", "(2,)");
    return header ? std::string(dtype_name(header->type)) + (header->big_endian ? " swapped" : "") : "";
  };
  for (const char* text :
       {"'<f2'", "'f2'", "'=f2'", "'|f2'", "'e'", "'<e'", "'float16'", "'half'", "u'<f2'", "U\"<f2\""}) {
    CHECK(type(text) == "F16");
  }
  for (const char* text : {"'<f4'", "'f4'", "'=f4'", "'|f4'", "'f'", "'<f'", "'float32'", "'single'"}) {
    CHECK(type(text) == "F32");
  }
  for (const char* text : {"'<f8'", "'f8'", "'d'", "'<d'", "'float64'", "'double'", "'float'"})
    CHECK(type(text) == "F64");
  for (const char* text : {"'|u1'", "'<u1'", "'u1'", "'B'", "'uint8'"}) CHECK(type(text) == "U8");
  for (const char* text : {"'<i8'", "'i8'", "'<q'", "'int64'"}) CHECK(type(text) == "I64");
  CHECK(type("'>i4'") == "I32 swapped");
  CHECK(type("'<u2'") == "U16");
  CHECK(type("'>f2'") == "F16 swapped");
  CHECK(type("'>f4'") == "F32 swapped");
  CHECK(type("'>d'") == "F64 swapped");
  for (const char* text : {"b'<f4'", "u '<f4'", "''",    "'<'",      "None",          "'<F4'",   "'<float32'", "'<<f4'",
                           "'<f16'", "'g'",     "'<i3'", "'<c8'",    "'|b1'",         "'|S4'",   "'|V4'",      "' <f4'",
                           "'<f4 '", "'f4,f4'", "'!f4'", "'(2,)f4'", "('<f4', (1,))", "'<M8[s]'"}) {
    CHECK(type(text).empty());
  }

  for (const char* text : {"0", "1", "None", "false", "'False'", "Falsey", "not True"}) {
    CHECK_FALSE(read("'<f4'", text, "(2,)"));
  }
  for (const char* text : {"(6,)", "()", "(6, 1)", "(1, 1, 6)"}) CHECK(read("'<f4'", "True", text));
  for (const char* text : {"(2, 3)", "(1, 2, 3)"}) CHECK_FALSE(read("'<f4'", "True", text));
  CHECK(parse_npy_dictionary("{u'descr': u'<f4', u'shape': (3L, 10L), 'fortran_order': False}\r\n", "a.npy").shape ==
        extents{3, 10});
}

TEST_CASE("errors name what cannot be read") {
  const auto typed = [](const std::string& type) {
    return problem("{'descr': " + type + ", 'fortran_order': False, 'shape': (1,), }");
  };
  CHECK(typed("'<f4'").empty());
  CHECK(contains(typed("'<c8'"),
                 "a.npy: type of the values: expected float32, float64, float16 or integers, found '<c8'"));
  CHECK(contains(typed("'|O'"), "found pickled Python objects ('|O')"));
  CHECK(contains(typed("'|b1'"), "found '|b1'"));
  CHECK(contains(typed("[('a', '<f4')]"), "found a structured type"));
  CHECK(contains(problem("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"),
                 "a.npy: expected row-major values, found Fortran order"));
  CHECK(problem("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 0, 2), }").empty());
  for (const char* text :
       {"", "{", "{}", "()", "{'descr': '<f4', 'shape': (1,)}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "{'descr: 1}"}) {
    CAPTURE(text);
    CHECK(contains(problem(text), "a.npy: .npy header: expected descr, fortran_order and shape"));
  }
}

TEST_CASE("the bytes are those that numpy.save writes") {
  const std::string three = build_npy_header(dtype::f32, std::vector<std::size_t>{2, 10, 7});
  CHECK(three.size() == 128);
  CHECK(three.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  CHECK(three.substr(10, 63) == "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 10, 7), }");
  CHECK(three.back() == '\n');
  CHECK(contains(build_npy_header(dtype::f64, std::vector<std::size_t>{5}),
                 "'<f8', 'fortran_order': False, 'shape': (5,), }"));
  CHECK(contains(build_npy_header(dtype::f64, {}), "'shape': (), }"));
  const std::string many = build_npy_header(dtype::f64, std::vector<std::size_t>(30, 1000000));
  CHECK(many.size() % 64 == 0);
  CHECK(parse_npy_dictionary(many.substr(10), "a.npy").shape == std::vector<std::size_t>(30, 1000000));
}

TEST_CASE("fuzz: damaged headers give an error or a header, never a crash") {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
  const std::string letters = "{}()[]',\": 0123456789<>|fFTO-";
  const vscg::random_stream random(vscg::seed(5), "npy fuzz");
  int refused = 0;
  for (std::uint64_t round = 0; round < 20000; ++round) {
    std::string text = good;
    for (std::uint64_t edit = 0; edit < 1 + random.below(3, 0, round); ++edit) {
      const std::size_t at = random.below(text.size(), 3 * edit + 1, round);
      const char letter = letters[random.below(letters.size(), 3 * edit + 2, round)];
      const std::uint64_t kind = random.below(4, 3 * edit + 3, round);
      if (kind == 0) text.insert(at, 1, letter);
      if (kind == 1) text[at] = letter;
      if (kind == 2) text.erase(at, 1);
      if (kind == 3 && edit == 0) text.resize(at + 1);
    }
    refused += !problem(text).empty();
  }
  CHECK(refused > 10000);
  CHECK(refused < 20000);
}
