// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/files/input_file.hpp>
#include <vscg/files/read_elements.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/safetensors_header.hpp>

namespace vscg::io {

/// A safetensors file open for reading, with its header checked completely. Values are read on request. It is const and
/// safe to use from several threads at once.
class safetensors_file {
 public:
  /// Throws vscg::expectation_error naming the file when it is missing, truncated or not exactly what the format says.
  static safetensors_file open(const std::filesystem::path& path) { return safetensors_file(input_file(path)); }

  const std::filesystem::path& path() const { return file_.path(); }

  /// The tensors, in the order of their values.
  const std::vector<tensor_info>& tensors() const { return header_.tensors; }

  const std::map<std::string, std::string>& metadata() const { return header_.metadata; }

  /// Null when there is no such tensor.
  const tensor_info* find(const std::string& name) const {
    const auto found = position_.find(name);
    return found == position_.end() ? nullptr : &header_.tensors[found->second];
  }

  /// Throws vscg::expectation_error when there is no such tensor.
  const tensor_info& at(const std::string& name) const {
    const tensor_info* const found = find(name);
    if (found == nullptr) throw expectation_error(path().string(), "a tensor " + name, "none");
    return *found;
  }

  /// Reads a tensor of this file into `out`, which must have its size. Smaller floating types widen exactly; a
  /// conversion that could lose digits is refused.
  template <file_value T>
  void read(const tensor_info& tensor, std::span<T> out) const {
    const std::string thing = path().string() + ": tensor " + tensor.name;
    if (!readable_as<T>(tensor.type)) {
      if (tensor.type == dtype::f64 && dtype_of<T>() == dtype::f32) {
        throw expectation_error(
            thing +
            " holds double precision (F64), which float would round silently: load it into a network of "
            "double, or write the file in float");
      }
      throw expectation_error(thing, "values that can be read as " + std::string(dtype_name(dtype_of<T>())),
                              std::string(dtype_name(tensor.type)));
    }
    if (out.size() != tensor.size()) {
      throw expectation_error(thing, std::to_string(out.size()) + " values",
                              std::to_string(tensor.size()) + " " + shape_text(tensor.shape));
    }
    if constexpr (std::floating_point<T>) {
      read_elements(file_, data_begin_ + tensor.begin, element_format_of(tensor.type).value(), out);
    } else {
      read_bytes(tensor.begin, std::as_writable_bytes(out));
    }
  }

  template <file_value T>
  std::vector<T> read(const tensor_info& tensor) const {
    std::vector<T> values(tensor.size());
    read(tensor, std::span<T>(values));
    return values;
  }

  /// Reads raw bytes of the values, from byte `offset` after the header on.
  void read_bytes(std::size_t offset, std::span<std::byte> out) const { file_.read_at(data_begin_ + offset, out); }

 private:
  explicit safetensors_file(input_file file) : file_(std::move(file)) {
    const std::string thing = file_.path().string();
    if (file_.size() < 8) {
      throw expectation_error(thing, "a safetensors file (8 bytes or more)", std::to_string(file_.size()) + " bytes");
    }
    std::array<std::byte, 8> prefix{};
    file_.read_at(0, prefix);
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i) length |= std::to_integer<std::uint64_t>(prefix[i]) << (8 * i);
    if (length > safetensors_header_limit || length > file_.size() - 8) {
      if (prefix[0] == std::byte{'P'} && prefix[1] == std::byte{'K'}) {  // a ZIP archive
        throw expectation_error(thing, "a safetensors file",
                                "a file of torch.save; safetensors.torch.save_file(model.state_dict(), path) in Python "
                                "writes what is read here");
      }
      throw expectation_error(
          thing, "a safetensors header within its " + std::to_string(file_.size()) + " bytes",
          "a header of " + std::to_string(length) + " bytes (truncated, or not a safetensors file)");
    }
    std::string text(static_cast<std::size_t>(length), '\0');
    file_.read_at(8, std::as_writable_bytes(std::span(text)));
    data_begin_ = 8 + length;
    header_ = parse_safetensors_header(text, file_.size() - data_begin_, thing);
    for (std::size_t i = 0; i < header_.tensors.size(); ++i) position_.emplace(header_.tensors[i].name, i);
  }

  input_file file_;
  std::uint64_t data_begin_ = 0;
  safetensors_header header_;
  std::unordered_map<std::string, std::size_t> position_;
};

/// A tensor to write; `bytes` are row-major values that the caller keeps alive.
struct tensor_source {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
};

template <file_value T>
tensor_source make_tensor_source(std::string name, std::vector<std::size_t> shape, std::span<const T> values) {
  return {std::move(name), dtype_of<T>(), std::move(shape), std::as_bytes(values)};
}

/// Writes a safetensors file, atomically. The same input gives the same bytes. Types of 8 bytes come first, then 4,
/// then 1, otherwise in the given order, so that every value is aligned for readers that map the file.
inline void write_safetensors(const std::filesystem::path& path, std::span<const tensor_source> tensors,
                              const std::map<std::string, std::string>& metadata = {}) {
  std::vector<const tensor_source*> order;
  for (const tensor_source& tensor : tensors) order.push_back(&tensor);
  std::ranges::stable_sort(order, std::ranges::greater{}, [](const tensor_source* t) { return dtype_size(t->type); });

  const std::string thing = "cannot write " + path.string();
  std::vector<tensor_info> infos;
  std::size_t position = 0;
  for (const tensor_source* tensor : order) {
    const auto expected = fitting_product(dtype_size(tensor->type), tensor->shape);
    if (!expected || *expected != tensor->bytes.size()) {
      throw expectation_error(
          thing + ": tensor " + tensor->name,
          (expected ? std::to_string(*expected) : "fewer") + " bytes for " + shape_text(tensor->shape),
          std::to_string(tensor->bytes.size()));
    }
    infos.push_back({tensor->name, tensor->type, tensor->shape, position, position + *expected});
    position += *expected;
  }
  const std::string header = build_safetensors_header(infos, metadata, thing);

  atomic_file file(path);
  file.write(header);
  for (const tensor_source* tensor : order) file.write(tensor->bytes);
  file.commit();
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
