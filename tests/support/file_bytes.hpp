// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>

/// The whole content of a file; empty if it cannot be read.
inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  std::string bytes(stream ? static_cast<std::size_t>(stream.tellg()) : 0, '\0');
  stream.seekg(0);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// Writes a new file with exactly these bytes, in place of an earlier one.
inline void put_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::remove(path);  // ext4 flushes a file that was emptied and written again: 4 ms each time
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
