// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <vscg/files/utf8.hpp>

// HTML that is correct whatever the texts in it are: a text becomes `markup` only by text(), which escapes it.

namespace pages {

/// A piece of HTML. Everything that takes one also takes a text, which is escaped.
class markup {
 public:
  markup() = default;
  markup(std::string_view text) { append_escaped(text); }  // NOLINT: a text is a piece of HTML
  markup(const std::string& text) : markup(std::string_view(text)) {}
  markup(const char* text) : markup(std::string_view(text)) {}

  /// HTML that is known to be correct.
  static markup raw(std::string html) {
    markup result;
    result.html_ = std::move(html);
    return result;
  }

  const std::string& html() const { return html_; }
  markup& operator+=(const markup& other) {
    html_ += other.html_;
    return *this;
  }
  friend markup operator+(markup a, const markup& b) { return a += b; }

 private:
  // Bytes that are not UTF-8, and characters that move a cursor, become U+FFFD; line ends stay.
  void append_escaped(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const vscg::utf8_character c = vscg::utf8_at(text, at);
      const bool line_end = c.bytes == 1 && c.value == '\n';
      if (c.bytes == 0 || (vscg::is_control(c.value) && !line_end)) {
        html_ += "\xEF\xBF\xBD";
      } else if (c.value == '&') {
        html_ += "&amp;";
      } else if (c.value == '<') {
        html_ += "&lt;";
      } else if (c.value == '>') {
        html_ += "&gt;";
      } else if (c.value == '"') {
        html_ += "&quot;";
      } else if (c.value == '\'') {
        html_ += "&#39;";
      } else {
        html_ += text.substr(at, c.bytes);
      }
      at += c.bytes == 0 ? 1 : c.bytes;
    }
  }

  std::string html_;
};

/// An attribute of an element; its value is escaped.
using attribute = std::pair<std::string_view, std::string>;

/// <name a="b">content</name>
inline markup element(const std::string& name, std::initializer_list<attribute> attributes, const markup& content) {
  std::string html = "<" + name;
  for (const auto& [key, value] : attributes) {
    html += " " + std::string(key) + "=\"" + markup(value).html() + "\"";
  }
  return markup::raw(html + ">" + content.html() + "</" + name + ">");
}
inline markup element(const std::string& name, const markup& content) { return element(name, {}, content); }

inline markup strong(const markup& content) { return element("strong", content); }

/// A number with this many digits behind the point; a dash if it is not finite.
inline std::string number_text(double value, int digits = 1) {
  if (!std::isfinite(value)) return "–";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

}  // namespace pages
