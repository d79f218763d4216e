// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <regex>
#include <string>

#include "support/file_bytes.hpp"

namespace faults {

/// The files below a folder by their names, with what must be the same in two runs of a program: all bytes except
/// times, sizes of memory, and the checksums over them.
using folder_state = std::map<std::string, std::string>;

inline std::string without_times(const std::string& text) {
  static const std::regex measured(R"re((seconds[a-z_]*|peak_memory_mib|checksum)\\?": ?(\\?"[^"]*"|[-+0-9.e]+))re");
  return std::regex_replace(text, measured, "$1");
}

inline std::string lasting_content(const std::filesystem::path& file) {
  std::string bytes = bytes_of(file);
  if (file.extension() == ".json" || file.extension() == ".jsonl") return without_times(bytes);
  if (file.extension() == ".float32")
    return bytes.substr(std::min<std::size_t>(4096, bytes.size()));  // without the source's time
  if (file.extension() != ".checkpoint" || bytes.size() < 8) return bytes;
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  header = std::min<std::uint64_t>(header, bytes.size() - 8);
  // The header is padded to a multiple of 8, so its length depends on the digits of times.
  std::string text = without_times(bytes.substr(8, header));
  text.erase(text.find_last_not_of(' ') + 1);
  bytes.replace(0, 8 + header, text);
  return bytes;
}

inline folder_state state_of(const std::filesystem::path& folder) {
  folder_state state;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      state[std::filesystem::relative(entry.path(), folder).string()] = lasting_content(entry.path());
    }
  }
  return state;
}

/// The differences between two states, in words; empty if they are the same.
inline std::string difference(const folder_state& expected, const folder_state& found) {
  std::string text;
  for (const auto& [name, content] : expected) {
    const auto there = found.find(name);
    if (there == found.end()) {
      text += name + " is missing; ";
    } else if (there->second != content) {
      text += name + " differs; ";
    }
  }
  for (const auto& [name, content] : found) {
    if (!expected.contains(name)) text += name + " is left over; ";
  }
  return text;
}

}  // namespace faults
