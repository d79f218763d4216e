// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

// What a table and its results look like in text: the same in Markdown and on a page.

namespace tables {

struct sheet {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

struct document {
  std::string title;
  std::vector<std::string> head;  ///< paragraphs before the sheets
  std::string command;            ///< that made it
  std::vector<sheet> sheets;
  std::vector<std::string> notes;  ///< paragraphs behind them
};

namespace document_detail {

/// A cell's text: it must not end the cell, and a star must not begin slanted letters.
inline std::string cell_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '<') result += '\\';
    result += c;
  }
  return result;
}

inline std::string line(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& one : cells) text += " " + cell_text(one) + " |";
  return text + "\n";
}

}  // namespace document_detail

inline std::string markdown_of(const document& d) {
  using namespace document_detail;
  std::string text = "# " + cell_text(d.title) + "\n";
  for (const std::string& paragraph : d.head) text += "\n" + cell_text(paragraph) + "\n";
  text += "\n```sh\n" + d.command + "\n```\n";
  for (const sheet& one : d.sheets) {
    text += "\n## " + one.title + "\n\n" + line(one.columns) + "|---|";
    for (std::size_t i = 1; i < one.columns.size(); ++i) text += "---:|";
    text += "\n";
    for (const auto& row : one.rows) text += line(row);
  }
  for (const std::string& note : d.notes) text += "\n" + cell_text(note) + "\n";
  return text;
}

}  // namespace tables
