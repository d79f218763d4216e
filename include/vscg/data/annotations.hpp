// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/types.hpp>
#include <vscg/files/text_lines.hpp>
#include <vscg/files/utf8.hpp>

namespace vscg::data {

/// Annotations.txt: the events of the videos, and the categories in the order of their first appearance, which is the
/// index that the label files use for them.
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

inline std::vector<std::string> annotation_parts(std::string_view line) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = line.find('&');
    parts.emplace_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    line.remove_prefix(end + 1);
  }
}

/// Numbers categories in the order of their first appearance.
class category_register {
 public:
  explicit category_register(std::vector<std::string>& names) : names_(names) {}

  /// Throws vscg::expectation_error, with `where`, for one category too many and for two that look the same.
  std::size_t index_of(const std::string& name, std::size_t line, const std::string& where) {
    const auto known = std::find(names_.begin(), names_.end(), name);
    if (known != names_.end()) return static_cast<std::size_t>(known - names_.begin());
    const auto [same, first] = looks_.try_emplace(look_of(name), names_.size(), line);
    if (!first) {
      const auto& [index, its_line] = same->second;
      throw expectation_error(where, "the category " + names_[index] + " as in line " + std::to_string(its_line),
                              name + ", which differs in blanks or capitals only");
    }
    if (names_.size() == categories) {
      throw expectation_error(where, "one of the first " + std::to_string(categories) + " categories",
                              "another one, " + clipped(name));
    }
    names_.push_back(name);
    return names_.size() - 1;
  }

 private:
  /// The name without blanks and capitals.
  static std::string look_of(const std::string& name) {
    std::string look;
    for (std::size_t at = 0; at < name.size();) {
      const utf8_character c = utf8_at(name, at);
      if (c.value >= 'A' && c.value <= 'Z') {
        look += static_cast<char>(c.value - 'A' + 'a');
      } else if (!is_blank(c.value)) {
        look += name.substr(at, c.bytes);
      }
      at += c.bytes;
    }
    return look;
  }

  std::vector<std::string>& names_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> looks_;  // index and line of the first one
};

}  // namespace detail

/// Reads `category&video id&quality&start&end` lines in UTF-8; a title line, empty lines at the end, a byte order mark,
/// blanks around the parts and any line endings are accepted. An event without length is valid and listed in
/// `empty_rows`. Throws vscg::expectation_error naming file and line, and the byte of anything that is not text.
inline annotation_list read_annotations(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  annotation_list result;
  detail::category_register register_of_categories(result.category_names);
  std::size_t number = 0, blank_line = 0;
  for (const std::string_view line : text_lines(text, path.string())) {
    ++number;
    if (line.empty()) {
      if (blank_line == 0) blank_line = number;
      continue;
    }
    const std::string where = path.string() + ": line " + std::to_string(number);
    const auto fail = [&](const std::string& expected, std::string_view found) {
      throw expectation_error(where, expected, clipped(found));
    };
    // Rows are counted, so a hole would shift every row after it.
    if (blank_line != 0) fail("no more lines after the empty line " + std::to_string(blank_line), line);
    const std::vector<std::string> parts = detail::annotation_parts(line);
    if (parts.size() != 5) fail("category&video id&quality&start&end", line);
    annotation entry{parts[0], parts[1], parts[2], 0, 0};
    const std::string seconds = parts[3] + " and " + parts[4];
    if (!detail::parse_second(parts[3], entry.start) || !detail::parse_second(parts[4], entry.end)) {
      const bool title = number == 1 && parts[3].find_first_of("0123456789") == std::string::npos;
      if (title) continue;
      fail("start and end in whole seconds", seconds);
    }
    if (entry.start < 0 || entry.end < entry.start || entry.end > static_cast<int>(segments)) {
      fail("0 <= start <= end <= " + std::to_string(segments), seconds);
    }
    if (entry.category.empty()) fail("a category before the first &", "none");
    result.category_index.push_back(register_of_categories.index_of(entry.category, number, where));
    if (entry.start == entry.end) result.empty_rows.push_back(result.entries.size());
    result.entries.push_back(std::move(entry));
  }
  return result;
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
