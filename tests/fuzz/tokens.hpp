// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The pieces that make up JSON texts, a Python dictionary, or lines with separators.

namespace fuzz {

enum class token_kind : unsigned char { quoted, number, word, blank, mark };

struct token {
  std::string_view text;
  token_kind kind = token_kind::blank;

  bool is(std::string_view other) const { return text == other; }
  bool opens() const { return is("{") || is("[") || is("("); }
  bool closes() const { return is("}") || is("]") || is(")"); }
  bool separates() const { return is(",") || is("\n"); }
};

using token_list = std::vector<token>;

/// The first token of `text`; empty if the text is.
inline token first_token(std::string_view text) {
  if (text.empty()) return {};
  const auto run = [&](auto&& belongs) {
    std::size_t size = 0;
    while (size < text.size() && belongs(text[size])) ++size;
    return text.substr(0, size);
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  };
  const char first = text.front();
  if (first == '"' || first == '\'') {
    std::size_t size = 1;
    while (size < text.size() && text[size] != first) size += text[size] == '\\' ? 2 : 1;
    return {text.substr(0, size + 1), token_kind::quoted};
  }
  if (first == ' ') return {run([](char c) { return c == ' '; }), token_kind::blank};
  if (digit(first) || (first == '-' && text.size() > 1 && digit(text[1]))) {
    return {run([&](char c) { return digit(c) || c == '.' || c == 'e' || c == '-' || c == '+'; }), token_kind::number};
  }
  if (letter(first)) return {run([&](char c) { return letter(c) || digit(c); }), token_kind::word};
  return {text.substr(0, 1), token_kind::mark};
}

inline token_list tokens_of(std::string_view text) {
  token_list tokens;
  tokens.reserve(text.size() / 3 + 8);
  while (!text.empty()) {
    tokens.push_back(first_token(text));
    text.remove_prefix(tokens.back().text.size());
  }
  return tokens;
}

inline std::string text_of(const token_list& tokens) {
  std::string text;
  for (const token& one : tokens) text += one.text;
  return text;
}

/// The item [first, second) of the innermost list around position `at`: from after its bracket or separator to before
/// the next one.
inline std::pair<std::size_t, std::size_t> item_around(const token_list& tokens, std::size_t at) {
  std::size_t begin = at;
  for (std::size_t depth = 0; begin > 0; --begin) {
    const token& before = tokens[begin - 1];
    if (depth == 0 && (before.separates() || before.opens())) break;
    if (before.closes()) ++depth;
    if (before.opens()) --depth;
  }
  std::size_t end = at;
  for (std::size_t depth = 0; end < tokens.size(); ++end) {
    if (depth == 0 && (tokens[end].separates() || tokens[end].closes())) break;
    if (tokens[end].opens()) ++depth;
    if (tokens[end].closes()) --depth;
  }
  return {begin, end};
}

/// Whether the text is a list with all brackets closed and an item between separators. A parser gets through such a
/// text to its end, with few exceptions.
inline bool is_nested_list(const token_list& tokens) {
  std::string open;
  bool value = false;  // whether there is one before this position
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const token& one = tokens[i];
    if (one.kind == token_kind::blank || one.is("\n")) continue;
    if (open.empty() && i > 0) return false;
    if (one.opens()) {
      if (value) return false;
      open += one.is("{") ? '}' : one.is("[") ? ']' : ')';
    } else if (one.closes()) {
      if (open.empty() || one.text.front() != open.back()) return false;
      open.pop_back();
      value = true;
    } else if (one.is(",") || one.is(":")) {
      if (!value) return false;
      value = false;
    } else {
      if (value || one.kind == token_kind::mark) return false;
      value = true;
    }
  }
  return open.empty() && value;
}

}  // namespace fuzz
