// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/io/dtype.hpp>

#include "tokens.hpp"

// Takes a safetensors file apart and puts it together again, sound or not.

namespace fuzz {

struct safetensors_bytes {
  std::string header;  // the JSON
  std::string values;

  /// Reads a file whose length field may say anything.
  static safetensors_bytes of(std::string_view file) {
    if (file.size() < 8) return {};
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i) length |= std::uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
    file.remove_prefix(8);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, file.size()));
    return {std::string(file.substr(0, size)), std::string(file.substr(size))};
  }

  std::string file() const {
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFFU);
    return bytes + header + values;
  }
};

/// Gives every tensor of a header its place, one after the other, if its type and shape say how many bytes it needs.
/// Returns where the last one ends. The numbers live in `numbers`.
inline std::size_t repair_offsets(token_list& header, std::list<std::string>& numbers) {
  constexpr std::size_t most = 2048;
  std::size_t position = 0, element = 0;
  std::string_view key;
  std::vector<std::size_t> shape;
  std::vector<token*> offsets;
  for (token& one : header) {
    if (one.is(R"("dtype")") || one.is(R"("shape")") || one.is(R"("data_offsets")")) {
      key = one.text;
      (key == R"("shape")") ? shape.clear() : offsets.clear();
    } else if (one.kind == token_kind::quoted && key == R"("dtype")") {
      const auto type = vscg::io::parse_dtype(one.text.substr(1, one.text.size() - 2));
      element = type ? vscg::io::dtype_size(*type) : 0;
    } else if (one.kind == token_kind::number && key == R"("shape")") {
      std::size_t extent = 0;
      std::from_chars(one.text.data(), one.text.data() + one.text.size(), extent);
      shape.push_back(extent);
    } else if (one.kind == token_kind::number && key == R"("data_offsets")") {
      offsets.push_back(&one);
    } else if (one.is("}")) {
      const auto bytes = vscg::fitting_product(element, shape);
      if (element > 0 && offsets.size() == 2 && bytes && *bytes <= most) {
        offsets[0]->text = numbers.emplace_back(std::to_string(position));
        position += *bytes;
        offsets[1]->text = numbers.emplace_back(std::to_string(position));
      }
      key = {};
      element = 0;
      shape.clear();
      offsets.clear();
    }
  }
  return position;
}

}  // namespace fuzz
