// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/safetensors.hpp>

namespace vscg::io {

// A checkpoint is a safetensors file (any tool can look into it) with two more metadata entries: what it is, and a
// checksum over all names, shapes, values and other metadata. Files are replaced atomically, so a torn one means that
// the disk or a copy is at fault; the checksum tells that from a run that went wrong.

inline constexpr std::string_view checkpoint_format = "vscg-checkpoint-1";

namespace checkpoint_detail {

inline std::uint64_t hash_bytes(std::span<const std::byte> bytes, std::uint64_t hash) {
  // char may alias anything; fnv1a reads it as unsigned again.
  return fnv1a(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), hash);
}

/// Hashes the length before the text, so that neighbors cannot trade letters unnoticed.
inline std::uint64_t hash_text(std::string_view text, std::uint64_t hash) {
  return fnv1a(text, fnv1a(std::to_string(text.size()) + ":", hash));
}

inline std::uint64_t hash_metadata(const std::map<std::string, std::string>& metadata, std::uint64_t hash) {
  for (const auto& [key, value] : metadata) {
    if (key != "vscg.checksum") hash = hash_text(value, hash_text(key, hash));
  }
  return hash;
}

inline std::uint64_t hash_description(std::string_view name, dtype type, std::span<const std::size_t> shape,
                                      std::uint64_t hash) {
  return hash_text(shape_text(shape), hash_text(dtype_name(type), hash_text(name, hash)));
}

inline std::string hexadecimal(std::uint64_t hash) {
  std::array<char, 16> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), hash, 16);
  const std::string text(digits.data(), result.ptr);
  return std::string(16 - text.size(), '0') + text;
}

/// Tensors are written in another order than they are read (write_safetensors sorts by alignment), so each is hashed
/// alone and the hashes are summed.
inline std::string combine(std::uint64_t metadata_hash, std::span<const std::uint64_t> tensor_hashes) {
  std::uint64_t sum = metadata_hash;
  for (const std::uint64_t hash : tensor_hashes) sum += hash;
  return hexadecimal(sum);
}

inline std::uint64_t hash_tensor(const safetensors_file& file, const tensor_info& tensor) {
  std::uint64_t hash = hash_description(tensor.name, tensor.type, tensor.shape, fnv1a(""));
  std::vector<std::byte> buffer(std::min<std::size_t>(tensor.bytes(), 1U << 20U));
  for (std::size_t done = 0; done < tensor.bytes();) {
    const auto part = std::span(buffer).first(std::min(buffer.size(), tensor.bytes() - done));
    file.read_bytes(tensor.begin + done, part);
    hash = hash_bytes(part, hash);
    done += part.size();
  }
  return hash;
}

}  // namespace checkpoint_detail

/// Writes a checkpoint, atomically. The metadata keys vscg.format and vscg.checksum are added here.
inline void write_checkpoint(const std::filesystem::path& path, std::span<const tensor_source> tensors,
                             std::map<std::string, std::string> metadata) {
  using namespace checkpoint_detail;
  metadata["vscg.format"] = checkpoint_format;
  std::vector<std::uint64_t> hashes;
  for (const tensor_source& tensor : tensors) {
    hashes.push_back(hash_bytes(tensor.bytes, hash_description(tensor.name, tensor.type, tensor.shape, fnv1a(""))));
  }
  metadata["vscg.checksum"] = combine(hash_metadata(metadata, fnv1a("")), hashes);
  write_safetensors(path, tensors, metadata);
}

/// Opens a checkpoint and verifies all of its content. Throws vscg::expectation_error when it is missing, is not a
/// checkpoint, or is damaged anywhere.
inline safetensors_file open_checkpoint(const std::filesystem::path& path) {
  using namespace checkpoint_detail;
  auto file = safetensors_file::open(path);
  const auto& metadata = file.metadata();
  const auto format = metadata.find("vscg.format");
  const auto checksum = metadata.find("vscg.checksum");
  if (format == metadata.end() || checksum == metadata.end()) {
    throw expectation_error(
        path.string(), "a checkpoint",
        "a safetensors file without vscg.format and vscg.checksum (load reads a network's weights)");
  }
  if (format->second != checkpoint_format) {
    throw expectation_error(path.string() + ": vscg.format", checkpoint_format, format->second);
  }
  std::vector<std::uint64_t> hashes;
  for (const tensor_info& tensor : file.tensors()) hashes.push_back(hash_tensor(file, tensor));
  const std::string found = combine(hash_metadata(metadata, fnv1a("")), hashes);
  if (found != checksum->second) {
    throw expectation_error(path.string() + " is damaged: its checksum", checksum->second, found);
  }
  return file;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
