// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include <vscg/core/error.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/safetensors_events.hpp>

namespace vscg::io {

/// A longer header means a damaged or hostile file: the header of a network of thousands of parameters is below 1 MB.
inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;

/// Reads the JSON part of a header for a file with `data_size` bytes of values, and checks all of it: one object
/// followed by nothing but spaces, each name once, sizes that agree with shapes, values from the first byte to the last
/// without gap or overlap. Throws vscg::expectation_error naming `file` and the tensor.
inline safetensors_header parse_safetensors_header(std::string_view text, std::uint64_t data_size,
                                                   const std::string& file) {
  safetensors_header header;
  safetensors_detail::header_events events(header, file);
  json_walk(text, file + ": header", events);
  std::ranges::sort(header.tensors, {}, [](const tensor_info& t) { return std::tie(t.begin, t.end, t.name); });
  std::size_t position = 0;
  for (const tensor_info& tensor : header.tensors) {
    if (tensor.begin != position) {
      throw expectation_error(file + ": tensor " + tensor.name, "values that begin at byte " + std::to_string(position),
                              std::to_string(tensor.begin));
    }
    position = tensor.end;
  }
  if (position != data_size) {
    throw expectation_error(file, std::to_string(position) + " bytes of values after the header",
                            std::to_string(data_size) + (data_size < position ? " (the file is truncated)" : ""));
  }
  return header;
}

/// The bytes before the values: length, JSON, spaces up to a multiple of 8. `tensors` must be in the order of their
/// values. The same input gives the same bytes.
inline std::string build_safetensors_header(std::span<const tensor_info> tensors,
                                            const std::map<std::string, std::string>& metadata,
                                            const std::string& file) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      const std::string thing = file + ": metadata " + key;
      text += json_quoted(key, thing) + ":" + json_quoted(value, thing) + ",";
    }
    text.back() = '}';
    text += ',';
  }
  std::set<std::string_view> names;
  for (const tensor_info& tensor : tensors) {
    if (tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
      throw expectation_error(file, "every tensor name once and none \"__metadata__\"", tensor.name);
    }
    text += json_quoted(tensor.name, file + ": tensor " + tensor.name) + ":{\"dtype\":\"";
    text.append(dtype_name(tensor.type)).append("\",\"shape\":[");
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      text += (axis > 0 ? "," : "") + std::to_string(tensor.shape[axis]);
    }
    text += "],\"data_offsets\":[" + std::to_string(tensor.begin) + "," + std::to_string(tensor.end) + "]},";
  }
  text.size() == 1 ? void(text += '}') : void(text.back() = '}');
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((text.size() >> (8 * i)) & 0xFFU);
  return bytes + text;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
