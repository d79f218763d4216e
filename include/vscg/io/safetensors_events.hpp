// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/files/utf8.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/json.hpp>

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

namespace safetensors_detail {

/// Fills a safetensors_header from its JSON and refuses anything else. Like the reference, it skips fields of a tensor
/// that the format does not know, and takes null for no metadata; unlike the reference, it refuses names given twice.
class header_events final : public json_events {
 public:
  header_events(safetensors_header& header, const std::string& file)
      : json_events(file + ": header"), header_(header), file_(file) {}

  bool null() override { return at_ == place::names && is_metadata() ? true : scalar("null", "null"); }
  bool boolean(bool value) override { return scalar("boolean", value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return scalar("number", std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override { return scalar("number", text); }

  bool number_unsigned(number_unsigned_t value) override {
    if (at_ != place::numbers) return scalar("number", std::to_string(value));
    (field_ == field::shape ? tensor_.shape : offsets_).push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (at_ == place::metadata) {
      if (!header_.metadata.emplace(key_, value).second) twice(file_ + ": __metadata__", key_);
      return true;
    }
    if (at_ != place::fields || field_ != field::dtype) return scalar("string", "\"" + clipped(value) + "\"");
    const auto known = parse_dtype(value);
    if (!known) refuse("string", "\"" + clipped(value) + "\"");
    tensor_.type = *known;
    return true;
  }

  bool start_object(std::size_t /*elements*/) override {
    if (at_ == place::outside) {
      at_ = place::names;
    } else if (at_ == place::names) {
      at_ = is_metadata() ? place::metadata : place::fields;
      tensor_ = {};
      tensor_.name = key_;
      offsets_.clear();
      found_[0] = found_[1] = found_[2] = false;
    } else {
      skip("object");
    }
    return true;
  }

  bool key(string_t& name) override {
    if (at_ == place::names) {
      if (!names_.insert(name).second) twice(thing(), name);
      key_ = std::move(name);
    } else if (at_ == place::metadata) {
      key_ = std::move(name);
    } else if (at_ == place::fields) {
      field_ = name == "dtype"          ? field::dtype
               : name == "shape"        ? field::shape
               : name == "data_offsets" ? field::offsets
                                        : field::other;
      if (field_ == field::other) return true;
      if (found_[static_cast<std::size_t>(field_)]) twice(tensor_thing(), name);
      found_[static_cast<std::size_t>(field_)] = true;
    }
    return true;
  }

  bool end_object() override {
    if (at_ == place::fields) finish_tensor();
    if (at_ == place::skipped) return end_skipped();
    at_ = at_ == place::names ? place::outside : place::names;
    return true;
  }

  bool start_array(std::size_t /*elements*/) override {
    if (at_ == place::fields && (field_ == field::shape || field_ == field::offsets)) {
      at_ = place::numbers;
    } else {
      skip("array");
    }
    return true;
  }

  bool end_array() override {
    if (at_ == place::skipped) return end_skipped();
    at_ = place::fields;
    return true;
  }

 private:
  enum class place { outside, names, metadata, fields, numbers, skipped };
  enum class field { dtype, shape, offsets, other };

  bool is_metadata() const { return key_ == "__metadata__"; }
  std::string tensor_thing() const { return file_ + ": tensor " + tensor_.name; }

  [[noreturn]] static void twice(const std::string& thing, const std::string& name) {
    throw expectation_error(thing, "every key once", "\"" + name + "\" twice");
  }

  bool refuse(std::string_view kind, const std::string& text) override {
    if (at_ == place::outside) throw expectation_error(thing(), "a JSON object", kind);
    if (at_ == place::names && is_metadata()) throw expectation_error(file_ + ": __metadata__", "an object", kind);
    if (at_ == place::names)
      throw expectation_error(file_ + ": tensor " + key_, "an object of dtype, shape and data_offsets", text);
    if (at_ == place::metadata) throw expectation_error(file_ + ": __metadata__ " + key_, "text", kind);
    const bool shape = field_ == field::shape;
    if (at_ == place::numbers) {
      throw expectation_error(tensor_thing() + (shape ? ", shape" : ", data_offsets"), "a whole number >= 0", text);
    }
    if (shape) throw expectation_error(tensor_thing(), "a list as shape", text);
    if (field_ == field::offsets) throw expectation_error(tensor_thing(), "two data_offsets", text);
    std::string names;
    for (const auto& [name, size] : dtype_table) names.append(names.empty() ? "" : ", ").append(name);
    throw expectation_error(tensor_thing(), "one of the dtypes " + names, text);
  }

  bool scalar(std::string_view kind, const std::string& text) {
    if (at_ != place::skipped && (at_ != place::fields || field_ != field::other)) refuse(kind, text);
    return true;
  }

  /// Enters the value of an unknown field.
  void skip(std::string_view kind) {
    if (at_ != place::skipped) scalar(kind, kind == "array" ? "a list" : "an object");
    at_ = place::skipped;
    constexpr std::size_t deepest = 8;
    if (++skipped_levels_ > deepest) {
      throw expectation_error(thing(), "at most " + std::to_string(deepest) + " levels", "deeper nesting");
    }
  }

  bool end_skipped() {
    if (--skipped_levels_ == 0) at_ = place::fields;
    return true;
  }

  void finish_tensor() {
    constexpr std::string_view fields[] = {"dtype", "shape", "data_offsets"};
    for (std::size_t i = 0; i < 3; ++i) {
      if (found_[i]) continue;
      throw expectation_error(tensor_thing(), "an object with a field \"" + std::string(fields[i]) + "\"", "none");
    }
    if (offsets_.size() != 2) throw expectation_error(tensor_thing(), "two data_offsets", shape_text(offsets_));
    const auto expected = fitting_product(dtype_size(tensor_.type), tensor_.shape);
    if (!expected) throw expectation_error(tensor_thing(), "a shape that fits memory", shape_text(tensor_.shape));
    tensor_.begin = offsets_[0];
    tensor_.end = offsets_[1];
    if (tensor_.end < tensor_.begin || tensor_.end - tensor_.begin != *expected) {
      throw expectation_error(tensor_thing(),
                              "data_offsets " + std::to_string(*expected) + " bytes apart for " +
                                  std::string(dtype_name(tensor_.type)) + " " + shape_text(tensor_.shape),
                              shape_text(offsets_));
    }
    header_.tensors.push_back(std::move(tensor_));
  }

  safetensors_header& header_;
  std::string file_;
  place at_ = place::outside;
  field field_ = field::other;
  std::string key_;
  std::unordered_set<std::string> names_;
  tensor_info tensor_;
  std::vector<std::size_t> offsets_;
  bool found_[3] = {};
  std::size_t skipped_levels_ = 0;
};

}  // namespace safetensors_detail

}  // namespace vscg::io

#include <vscg/core/end.hpp>
