// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <vscg/core/error.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/shape_text.hpp>

namespace vscg::io {

/// One tensor of a safetensors file: row-major values in bytes [begin, end) after the header.
struct tensor_info {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::size_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t bytes() const { return end - begin; }
  std::size_t size() const { return bytes() / dtype_size(type); }
};

/// What a safetensors header says. The format (https://huggingface.co/docs/safetensors): 8 bytes with the header's
/// length, little-endian; a JSON object {"name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, ..,
/// "__metadata__": {text: text}}, padded with spaces; the values, without gaps.
struct safetensors_header {
  std::vector<tensor_info> tensors;  // in the order of the values
  std::map<std::string, std::string> metadata;
};

/// More is a damaged or hostile length field: the header of a network of thousands of parameters is below 1 MB.
inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;

namespace safetensors_detail {

// Reading goes by name only, and a hostile header may hold a million of them: the sorted map, not the ordered one.
using parsed_json = nlohmann::json;

inline std::size_t unsigned_number(const parsed_json& value, const std::string& thing) {
  if (!value.is_number_unsigned()) throw error(thing, "a whole number >= 0", value.dump());
  return value.get<std::size_t>();
}

inline const parsed_json& field(const parsed_json& entry, const char* key, const std::string& thing) {
  const auto found = entry.find(key);
  if (found == entry.end()) throw error(thing, std::string("a field \"") + key + "\"", "none");
  return *found;
}

inline tensor_info parse_tensor(const std::string& name, const parsed_json& entry, const std::string& file) {
  const std::string thing = file + ": tensor " + name;
  if (!entry.is_object() || entry.size() != 3) {
    throw error(thing, "an object of dtype, shape and data_offsets", entry.dump().substr(0, 200));
  }
  tensor_info tensor;
  tensor.name = name;
  const auto& type = field(entry, "dtype", thing);
  const auto known = type.is_string() ? parse_dtype(type.get_ref<const std::string&>()) : std::nullopt;
  if (!known) throw error(thing, "dtype F16, BF16, F32, F64, I64 or U8", type.dump());
  tensor.type = *known;

  const auto& shape = field(entry, "shape", thing);
  if (!shape.is_array()) throw error(thing, "a list as shape", shape.dump());
  for (const auto& extent : shape) tensor.shape.push_back(unsigned_number(extent, thing + ", shape"));

  const auto& offsets = field(entry, "data_offsets", thing);
  if (!offsets.is_array() || offsets.size() != 2) throw error(thing, "two data_offsets", offsets.dump());
  tensor.begin = unsigned_number(offsets[0], thing + ", data_offsets");
  tensor.end = unsigned_number(offsets[1], thing + ", data_offsets");
  const auto expected = byte_count(tensor.shape, dtype_size(tensor.type));
  if (!expected) throw error(thing, "a shape that fits memory", shape_text(tensor.shape));
  if (tensor.end < tensor.begin || tensor.end - tensor.begin != *expected) {
    throw error(thing,
                "data_offsets " + std::to_string(*expected) + " bytes apart for " + std::string(dtype_name(*known)) +
                    " " + shape_text(tensor.shape),
                offsets.dump());
  }
  return tensor;
}

}  // namespace safetensors_detail

/// Reads the JSON part of a header for a file with `data_size` bytes of values, and checks all of it: names once,
/// sizes that agree with shapes, values from the first byte to the last without gap or overlap. Throws vscg::error
/// naming `file` and the tensor.
inline safetensors_header parse_safetensors_header(std::string_view text, std::uint64_t data_size,
                                                   const std::string& file) {
  const auto root = parse_json<safetensors_detail::parsed_json>(text, file + ": header", 8);
  if (!root.is_object()) throw error(file + ": header", "a JSON object", root.type_name());
  safetensors_header header;
  for (const auto& [name, entry] : root.items()) {
    if (name != "__metadata__") {
      header.tensors.push_back(safetensors_detail::parse_tensor(name, entry, file));
      continue;
    }
    if (!entry.is_object()) throw error(file + ": __metadata__", "an object", entry.type_name());
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) throw error(file + ": __metadata__ " + key, "text", value.type_name());
      header.metadata.emplace(key, value.get<std::string>());
    }
  }
  std::ranges::sort(header.tensors, {}, [](const tensor_info& t) { return std::tie(t.begin, t.end, t.name); });
  std::size_t position = 0;
  for (const tensor_info& tensor : header.tensors) {
    if (tensor.begin != position) {
      throw error(file + ": tensor " + tensor.name, "values that begin at byte " + std::to_string(position),
                  std::to_string(tensor.begin));
    }
    position = tensor.end;
  }
  if (position != data_size) {
    throw error(file, std::to_string(position) + " bytes of values after the header",
                std::to_string(data_size) + (data_size < position ? " (the file is truncated)" : ""));
  }
  return header;
}

/// The bytes before the values: length, JSON, spaces up to a multiple of 8. `tensors` must stand in the order of their
/// values. The same input gives the same bytes.
inline std::string build_safetensors_header(std::span<const tensor_info> tensors,
                                            const std::map<std::string, std::string>& metadata,
                                            const std::string& file) {
  json root = json::object();
  if (!metadata.empty()) root["__metadata__"] = metadata;
  std::set<std::string_view> names;
  for (const tensor_info& tensor : tensors) {
    if (tensor.name == "__metadata__" || !names.insert(tensor.name).second) {
      throw error(file, "every tensor name once and none \"__metadata__\"", tensor.name);
    }
    json entry = json::object();
    entry["dtype"] = dtype_name(tensor.type);
    entry["shape"] = tensor.shape;
    entry["data_offsets"] = {tensor.begin, tensor.end};
    // Names are unique already; operator[] of an ordered object would search all earlier ones.
    root.get_ref<json::object_t&>().emplace_back(tensor.name, std::move(entry));
  }
  std::string text = json_text(root, file, -1);
  text.pop_back();  // the newline
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((text.size() >> (8 * i)) & 0xFFU);
  return bytes + text;
}

}  // namespace vscg::io
