// SPDX-License-Identifier: MIT
#pragma once

#include <cctype>
#include <charconv>
#include <cstddef>
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
  dtype type = dtype::f32;  // f16, f32 or f64
  std::vector<std::size_t> shape;
};

namespace npy_detail {

/// The Python dictionary of the header, e.g. {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, with its keys
/// in any order.
class dictionary_parser {
 public:
  dictionary_parser(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  npy_header parse() {
    std::optional<dtype> type;
    std::optional<std::vector<std::size_t>> shape;
    bool order = false;
    require('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      require(':');
      if (key == "descr") {
        type = element_type();
      } else if (key == "fortran_order") {
        order = true;
        row_major();
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
    if (position_ != text_.size() || !type || !shape || !order) malformed();
    return {*type, *shape};
  }

 private:
  [[noreturn]] void malformed() const {
    throw error(file_ + ": .npy header", "descr, fortran_order and shape", std::string(text_.substr(0, 200)));
  }
  void skip_space() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0) ++position_;
  }
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
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') require('"');
    const std::size_t end = text_.find(quote, position_);
    if (end == std::string_view::npos) malformed();
    const std::string_view inside = text_.substr(position_, end - position_);
    position_ = end + 1;
    return inside;
  }

  dtype element_type() {
    const std::string thing = file_ + ": type of the values";
    const std::string expected = "float32, float64 or float16";
    if (accept('[')) throw error(thing, expected, "a structured type");
    const std::string_view name = quoted();
    if (name == "<f2") return dtype::f16;
    if (name == "<f4") return dtype::f32;
    if (name == "<f8") return dtype::f64;
    if (name.starts_with('|') && name.substr(1).starts_with('O')) {
      throw error(thing, expected, "pickled Python objects ('" + std::string(name) + "')");
    }
    if (name.starts_with('>')) {
      throw error(thing, expected + ", little-endian",
                  "big-endian '" + std::string(name) + "' (save array.astype(array.dtype.newbyteorder('<')))");
    }
    throw error(thing, expected, "'" + std::string(name) + "' (save array.astype('float32'))");
  }

  void row_major() {
    skip_space();
    if (text_.substr(position_).starts_with("False")) {
      position_ += 5;
    } else if (text_.substr(position_).starts_with("True")) {
      throw error(file_, "row-major values", "Fortran order (save numpy.ascontiguousarray(array))");
    } else {
      malformed();
    }
  }

  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> shape;
    require('(');
    while (!accept(')')) {
      skip_space();
      std::size_t extent = 0;
      const char* const end = text_.data() + text_.size();
      const auto result = std::from_chars(text_.data() + position_, end, extent);
      if (result.ec != std::errc{}) malformed();
      position_ = static_cast<std::size_t>(result.ptr - text_.data());
      shape.push_back(extent);
      if (!accept(',')) {
        require(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  std::string file_;
  std::size_t position_ = 0;
};

}  // namespace npy_detail

/// Reads the dictionary of a .npy header. Throws vscg::error naming `file` for anything but little-endian, row-major
/// float16, float32 or float64.
inline npy_header parse_npy_dictionary(std::string_view text, const std::string& file) {
  return npy_detail::dictionary_parser(text, file).parse();
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
  if (text.size() > 0xFFFF) throw error("a .npy array of " + std::to_string(shape.size()) + " axes is not supported");
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size() & 0xFFU) +
         static_cast<char>(text.size() >> 8U) + text;
}

}  // namespace vscg::io
