// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include <vscg/core/config.hpp>

namespace vscg {

/// A character of a UTF-8 text; `bytes` is 0 where the text is not UTF-8.
struct utf8_character {
  char32_t value = 0;
  std::size_t bytes = 0;
};

/// The character that begins at byte `at`: no overlong forms, no surrogates, nothing above U+10FFFF.
constexpr utf8_character utf8_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (at >= text.size()) return {};
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (bytes == 0 || text.size() - at < bytes) return {};
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {};
    value = value << 6U | (byte(at + i) & 0x3FU);
  }
  const bool overlong = value < (bytes == 3 ? 0x800U : bytes == 4 ? 0x10000U : 0x80U);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return overlong || surrogate || value > 0x10FFFF ? utf8_character{} : utf8_character{value, bytes};
}

/// The first byte that does not belong to UTF-8; npos when all do.
constexpr std::size_t first_not_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = utf8_at(text, at).bytes;
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::string_view::npos;
}

/// Whether a character moves the cursor instead of being seen: C0, C1, DEL and the separators of lines.
constexpr bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

/// Whether a character is invisible: blanks of any width, zero included, and byte order marks.
constexpr bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == 0xA0 || c == 0xAD || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) ||
         c == 0x202F || (c >= 0x205F && c <= 0x2064) || c == 0x3000 || c == 0xFEFF;
}

/// The text without blanks (see is_blank) at its ends. It must be UTF-8.
constexpr std::string_view trimmed(std::string_view text) {
  std::size_t begin = 0, end = 0;
  bool seen = false;
  for (std::size_t at = 0; at < text.size();) {
    const utf8_character c = utf8_at(text, at);
    const std::size_t behind = at + (c.bytes > 0 ? c.bytes : 1);
    if (!is_blank(c.value)) {
      if (!seen) begin = at;
      seen = true;
      end = behind;
    }
    at = behind;
  }
  return text.substr(begin, end - begin);
}

/// At most the first 200 bytes, in whole characters, for errors that quote a text that may be long.
inline std::string clipped(std::string_view text) {
  std::size_t length = 200;
  if (text.size() <= length) return std::string(text);
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return std::string(text.substr(0, length)) + "...";
}

/// "0xE9", as errors show a byte.
inline std::string byte_text(char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  return {'0', 'x', digits[value >> 4U], digits[value & 15U]};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
