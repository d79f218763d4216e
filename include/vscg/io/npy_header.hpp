// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/dtype.hpp>

namespace vscg::io {

/// What the header of a .npy file says, see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct npy_header {
  dtype type = dtype::f32;  // f16, f32, f64 or an integer
  bool big_endian = false;
  std::vector<std::size_t> shape;
};

namespace npy_detail {

/// The Python dictionary of the header, e.g. {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, with its keys
/// in any order. What no writer of the format produces (hexadecimal numbers, strings with escapes, comments) is
/// refused, although Python would accept it.
class dictionary_parser {
 public:
  dictionary_parser(std::string_view text, std::string file, int version)
      : text_(text), file_(std::move(file)), python2_(version < 3) {}

  npy_header parse() {
    std::optional<npy_header> type;
    std::optional<std::vector<std::size_t>> shape;
    std::optional<bool> by_columns;
    require('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      require(':');
      if (key == "descr") {
        type = element_type();
      } else if (key == "fortran_order") {
        by_columns = truth();
      } else if (key == "shape") {
        shape = tuple();
      } else {
        malformed();
      }
      if (!accept(',')) {
        require('}');
        break;
      }
    }
    skip_space();
    if (position_ != text_.size() || !type || !shape || !by_columns) malformed();
    // An empty array, or one with values along a single axis, has only one order.
    const auto several = std::ranges::count_if(*shape, [](std::size_t extent) { return extent > 1; });
    if (*by_columns && several > 1 && std::ranges::find(*shape, std::size_t{0}) == shape->end()) {
      throw expectation_error(file_, "row-major values", "Fortran order (save numpy.ascontiguousarray(array))");
    }
    type->shape = *std::move(shape);
    return *std::move(type);
  }

 private:
  [[noreturn]] void malformed() const {
    throw expectation_error(file_ + ": .npy header", "descr, fortran_order and shape",
                            std::string(text_.substr(0, 200)));
  }
  void skip_space() { position_ = std::min(text_.find_first_not_of(" \t\r\n\f", position_), text_.size()); }
  bool accept(char wanted) {
    skip_space();
    if (position_ == text_.size() || text_[position_] != wanted) return false;
    ++position_;
    return true;
  }
  void require(char wanted) {
    if (!accept(wanted)) malformed();
  }
  std::string_view quoted() {
    if (accept('u') || accept('U')) {  // Python 2's text
      if (position_ == text_.size() || (text_[position_] != '\'' && text_[position_] != '"')) malformed();
    }
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') require('"');
    const std::size_t end = text_.find(quote, position_);
    if (end == std::string_view::npos) malformed();
    const std::string_view inside = text_.substr(position_, end - position_);
    position_ = end + 1;
    return inside;
  }

  /// The part of a header that descr gives. NumPy writes '<f4', but also reads its other names for the same type.
  npy_header element_type() {
    const std::string thing = file_ + ": type of the values";
    const std::string expected = "float32, float64, float16 or integers";
    if (accept('[')) throw expectation_error(thing, expected, "a structured type");
    const std::string_view name = quoted();
    struct names_of {
      dtype type;
      std::string_view code, letter, words[3];
    };
    constexpr names_of known[] = {{dtype::f16, "f2", "e", {"float16", "half"}},
                                  {dtype::f32, "f4", "f", {"float32", "single"}},
                                  {dtype::f64, "f8", "d", {"float64", "double", "float"}},
                                  {dtype::i8, "i1", "b", {"int8", "byte"}},
                                  {dtype::u8, "u1", "B", {"uint8", "ubyte"}},
                                  {dtype::i16, "i2", "h", {"int16", "short"}},
                                  {dtype::u16, "u2", "H", {"uint16", "ushort"}},
                                  {dtype::i32, "i4", "i", {"int32", "intc"}},
                                  {dtype::u32, "u4", "I", {"uint32", "uintc"}},
                                  {dtype::i64, "i8", "q", {"int64", "longlong"}},
                                  {dtype::u64, "u8", "Q", {"uint64", "ulonglong"}}};
    const std::string_view order = name.substr(0, name.find_first_not_of("<>=|"));
    const std::string_view rest = name.substr(order.size());
    for (const auto& [type, code, letter, words] : known) {
      const bool word = order.empty() && !rest.empty() && std::ranges::find(words, rest) != std::end(words);
      if (word || (order.size() <= 1 && (rest == code || rest == letter))) return {type, order == ">", {}};
    }
    if (rest.starts_with('O')) {
      throw expectation_error(thing, expected, "pickled Python objects ('" + std::string(name) + "')");
    }
    throw expectation_error(thing, expected, "'" + std::string(name) + "' (save array.astype('float32'))");
  }

  bool truth() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.substr(position_).starts_with(word)) continue;
      position_ += word.size();
      return word == "True";
    }
    malformed();
  }

  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> shape;
    require('(');
    while (!accept(')')) {
      shape.push_back(extent());
      if (!accept(',')) {
        require(')');
        if (shape.size() == 1) malformed();  // (3) is a number
        break;
      }
    }
    return shape;
  }

  std::size_t extent() {
    skip_space();
    std::size_t value = 0;
    const char* const begin = text_.data() + position_;
    const auto result = std::from_chars(begin, text_.data() + text_.size(), value);
    if (result.ec != std::errc{} || (*begin == '0' && value > 0)) malformed();  // 07 is not a number in Python
    position_ = static_cast<std::size_t>(result.ptr - text_.data());
    if (python2_) accept('L');  // its long integers: (3L, 4L)
    return value;
  }

  std::string_view text_;
  std::string file_;
  bool python2_;
  std::size_t position_ = 0;
};

}  // namespace npy_detail

/// Reads the dictionary of a .npy header; `version` is the format's. Throws vscg::expectation_error naming `file` for
/// anything but row-major float16, float32, float64 or integers.
inline npy_header parse_npy_dictionary(std::string_view text, const std::string& file, int version = 1) {
  return npy_detail::dictionary_parser(text, file, version).parse();
}

/// The bytes before the values, version 1.0, padded so that the values begin at a multiple of 64. `type` is f32 or f64.
inline std::string build_npy_header(dtype type, std::span<const std::size_t> shape) {
  std::string tuple = "(";
  for (const std::size_t extent : shape) tuple += std::to_string(extent) + (shape.size() == 1 ? "," : ", ");
  if (shape.size() > 1) tuple.resize(tuple.size() - 2);
  std::string text =
      "{'descr': '<f" + std::to_string(dtype_size(type)) + "', 'fortran_order': False, 'shape': " + tuple + "), }";
  constexpr std::size_t before = 10;  // magic, version and length
  text.resize((before + text.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  text += '\n';
  if (text.size() > 0xFFFF)
    throw expectation_error("a .npy array of " + std::to_string(shape.size()) + " axes is not supported");
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size() & 0xFFU) +
         static_cast<char>(text.size() >> 8U) + text;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
