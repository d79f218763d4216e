// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <vscg/files/utf8.hpp>

using namespace vscg;

TEST_CASE("characters of one to four bytes") {
  const auto is = [](std::string_view text, char32_t value) {
    const utf8_character found = utf8_at(text, 0);
    return found.value == value && found.bytes == text.size();
  };
  CHECK(is("a", U'a'));
  CHECK(is(std::string_view("\0", 1), 0));
  CHECK(is("\x7F", 0x7F));
  CHECK(is("\xC2\x80", 0x80));
  CHECK(is("\xC3\xA9", U'\u00E9'));
  CHECK(is("\xE0\xA0\x80", 0x800));
  CHECK(is("\xED\x9F\xBF", 0xD7FF));
  CHECK(is("\xEE\x80\x80", 0xE000));
  CHECK(is("\xEF\xBB\xBF", 0xFEFF));
  CHECK(is("\xF0\x90\x80\x80", 0x10000));
  CHECK(is("\xF4\x8F\xBF\xBF", 0x10FFFF));
  CHECK(utf8_at("a", 1).bytes == 0);
}

TEST_CASE("the first byte that is not UTF-8") {
  CHECK(first_not_utf8("") == std::string_view::npos);
  CHECK(first_not_utf8("B\xC3\xA9"
                       "b\xC3\xA9") == std::string_view::npos);
  for (const std::string bad : {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
                                "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xFE", "\xC3",
                                "\xC3"
                                "a",
                                "\xE2\x82",
                                "\xE2\x82"
                                "a",
                                "\xF0\x9F\x98"}) {
    CAPTURE(bad);
    CHECK(first_not_utf8("ok \xC3\xA9" + bad) == 5);
  }
}

TEST_CASE("blanks of any width are trimmed at the ends; control characters are not blanks") {
  CHECK(trimmed("\xEF\xBB\xBF Church bell\t\xC2\xA0\xE2\x80\x8B") == "Church bell");
  CHECK(trimmed("\xE3\x80\x80\xC3\xA9") == "\xC3\xA9");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed("a\r") == "a\r");
  CHECK(is_control(0x85));
  CHECK(is_control(0x2028));
  CHECK_FALSE(is_control(0xA0));
}

TEST_CASE("how errors show text and bytes") {
  CHECK(byte_text('\xE9') == "0xE9");
  CHECK(clipped("short") == "short");
  CHECK(clipped(std::string(300, 'x')) == std::string(200, 'x') + "...");
  CHECK(clipped(std::string(199, 'x') + "\xC3\xA9 and more") == std::string(199, 'x') + "...");
}
