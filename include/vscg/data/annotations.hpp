// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {

/// Annotations.txt: the events of the videos, and the categories in the order of their first appearance, which is the
/// index that the label files give them.
struct annotation_list {
  std::vector<annotation> entries;          ///< row i belongs to feature row i
  std::vector<std::string> category_names;  ///< at most 28
  std::vector<std::size_t> category_index;  ///< of each row, into category_names
  std::vector<std::size_t> empty_rows;      ///< rows whose event has no length

  /// Class of one second of a row: its category from start to end (excluded), else background.
  std::size_t segment_class(std::size_t row, std::size_t second) const {
    const annotation& entry = entries[row];
    const int t = static_cast<int>(second);
    return entry.start <= t && t < entry.end ? category_index[row] : background;
  }
};

namespace detail {

inline bool parse_second(std::string_view text, int& out) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  return code == std::errc() && end == text.data() + text.size();
}

}  // namespace detail

/// Reads `category&video id&quality&start&end` lines; a title line, empty lines at the end and CRLF are accepted. An
/// event without length is valid and listed in `empty_rows`. Throws vscg::error naming file and line.
inline annotation_list read_annotations(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw error(path.string(), "a readable file of annotations", "none");
  annotation_list result;
  std::string line;
  std::size_t blank_line = 0;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty()) {
      if (blank_line == 0) blank_line = number;
      continue;
    }
    const auto fail = [&](const std::string& expected, const std::string& found) {
      throw error(path.string() + ": line " + std::to_string(number), expected, found);
    };
    // Rows are counted, so a hole would shift every row behind it.
    if (blank_line != 0) fail("no more lines behind the empty line " + std::to_string(blank_line), line);
    std::vector<std::string> parts(1);
    for (const char c : line) {
      if (c == '&') {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    if (parts.size() != 5) fail("category&video id&quality&start&end", line);
    annotation entry{parts[0], parts[1], parts[2], 0, 0};
    if (!detail::parse_second(parts[3], entry.start) || !detail::parse_second(parts[4], entry.end)) {
      const bool title = number == 1 && parts[3].find_first_of("0123456789") == std::string::npos;
      if (title) continue;
      fail("start and end in whole seconds", parts[3] + " and " + parts[4]);
    }
    if (entry.start < 0 || entry.end < entry.start || entry.end > static_cast<int>(segments)) {
      fail("0 <= start <= end <= " + std::to_string(segments), parts[3] + " and " + parts[4]);
    }
    const auto known = std::find(result.category_names.begin(), result.category_names.end(), entry.category);
    result.category_index.push_back(static_cast<std::size_t>(known - result.category_names.begin()));
    if (known == result.category_names.end()) {
      if (result.category_names.size() == categories) {
        fail("one of the first " + std::to_string(categories) + " categories", "another one, " + entry.category);
      }
      result.category_names.push_back(entry.category);
    }
    if (entry.start == entry.end) result.empty_rows.push_back(result.entries.size());
    result.entries.push_back(std::move(entry));
  }
  if (file.bad()) throw error(path.string(), "a readable file of annotations", "a failing disk");
  return result;
}

}  // namespace vscg::data
