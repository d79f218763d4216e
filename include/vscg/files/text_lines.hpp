// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/file_presence.hpp>
#include <vscg/files/input_file.hpp>
#include <vscg/files/utf8.hpp>

namespace vscg {

/// The whole text of a file. Throws vscg::expectation_error when it cannot be read.
inline std::string read_text(const std::filesystem::path& path) {
  if (!file_is_there(path)) throw expectation_error(path.string(), "a readable file", "nothing of this name");
  constexpr std::uint64_t most = 256U << 20U;
  const input_file file(path);
  if (file.size() > most) {
    throw expectation_error(path.string(), "a text of at most " + std::to_string(most) + " bytes",
                            std::to_string(file.size()));
  }
  return file.text();
}

/// The lines of a UTF-8 text, without blanks and byte order marks at their ends; they are views into `text`. Lines end
/// with LF, CR LF, or, if the whole text has no LF, CR.
///
/// Throws vscg::expectation_error with file, line and byte (in the line, from 1) for invalid UTF-8 and for control
/// characters, so that callers can compare, print and store each part.
inline std::vector<std::string_view> text_lines(std::string_view text, const std::string& file) {
  constexpr std::string_view utf32_marks[] = {{"\xFF\xFE\0\0", 4}, {"\0\0\xFE\xFF", 4}};
  constexpr std::string_view utf16_marks[] = {"\xFF\xFE", "\xFE\xFF"};
  const auto refuse = [&](std::size_t line, std::size_t byte, const std::string& found) {
    throw expectation_error(file + ": line " + std::to_string(line) + ", byte " + std::to_string(byte + 1),
                            "text in UTF-8", found);
  };
  for (const auto& mark : utf32_marks) {
    if (text.starts_with(mark)) refuse(1, 0, "UTF-32, by its byte order mark");
  }
  for (const auto& mark : utf16_marks) {
    if (text.starts_with(mark))
      refuse(1, 0, "UTF-16, by its byte order mark " + byte_text(mark[0]) + " " + byte_text(mark[1]));
  }

  const char end_of_line = text.find('\n') == std::string_view::npos ? '\r' : '\n';
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find(end_of_line));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    while (line.ends_with('\r')) line.remove_suffix(1);
    for (std::size_t at = 0; at < line.size();) {
      const utf8_character c = utf8_at(line, at);
      if (c.bytes == 0) {
        refuse(lines.size() + 1, at,
               "the byte " + byte_text(line[at]) + " (of Latin-1 or another encoding? Save the file as UTF-8)");
      }
      if (line[at] == '\0') refuse(lines.size() + 1, at, "a zero byte, as in UTF-16 and UTF-32");
      if (is_control(c.value) && line[at] != '\t') {
        std::string bytes;
        for (const char byte : line.substr(at, c.bytes)) bytes += " " + byte_text(byte);
        refuse(lines.size() + 1, at, "the control character" + bytes);
      }
      at += c.bytes;
    }
    lines.push_back(trimmed(line));
  }
  return lines;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
