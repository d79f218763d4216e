// SPDX-License-Identifier: MIT
#include <string>

#include <doctest/doctest.h>

#include <vscg/data/annotations.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::data;

namespace {

annotation_list parse(const std::string& text) {
  const temporary_folder folder;
  std::ofstream(folder / "Annotations.txt", std::ios::binary) << text;
  return read_annotations(folder / "Annotations.txt");
}

}  // namespace

TEST_CASE("rows, categories in the order of first appearance, seconds") {
  const annotation_list list = parse("Truck&a&good&2&5\nBark, dog&-b_&good&0&10\nTruck&c&bad&0&0\n");
  REQUIRE(list.entries.size() == 3);
  CHECK(list.entries[1].category == "Bark, dog");
  CHECK(list.entries[1].video_id == "-b_");
  CHECK(list.entries[2].quality == "bad");
  CHECK(list.category_names == std::vector<std::string>{"Truck", "Bark, dog"});
  CHECK(list.category_index == std::vector<std::size_t>{0, 1, 0});
  CHECK(list.empty_rows == std::vector<std::size_t>{2});
  const std::vector<std::size_t> expected = {28, 28, 0, 0, 0, 28, 28, 28, 28, 28};
  for (std::size_t t = 0; t < 10; ++t) {
    CHECK(list.segment_class(0, t) == expected[t]);
    CHECK(list.segment_class(1, t) == 1);
    CHECK(list.segment_class(2, t) == 28);
  }
}

TEST_CASE("a title line, CRLF, empty lines at the end and a last line without a line ending are fine") {
  const annotation_list list =
      parse("Category&VideoID&Quality&StartTime&EndTime\r\nTruck&a&good&2&5\r\nTruck&b&good&0&3\r\n\r\n");
  CHECK(list.entries.size() == 2);
  CHECK(list.entries[0].end == 5);
  CHECK(parse("Truck&a&good&2&5").entries.size() == 1);
}

TEST_CASE("broken lines: file, line, expected, found") {
  const auto message = [](const std::string& text) { return error_of([&] { parse(text); }); };
  check_mentions(message("Truck&a&good&2&5\nTruck&a&good&2\n"),
                 {"Annotations.txt: line 2", "category&video id&quality&start&end", "Truck&a&good&2"});
  check_mentions(message("Truck&a&good&2&x\n"), {"line 1", "whole seconds", "2 and x"});
  check_mentions(message("T&a&good&0&1\nTruck&a&good&start&end\n"), {"line 2", "start and end"});
  check_mentions(message("Truck&a&good&-1&5\n"), {"line 1", "0 <= start <= end <= 10", "-1 and 5"});
  check_mentions(message("Truck&a&good&6&5\n"), {"6 and 5"});
  check_mentions(message("Truck&a&good&6&11\n"), {"6 and 11"});
  check_mentions(message("Truck&a&good&0&5\n\nTruck&b&good&0&5\n"), {"line 3", "empty line 2"});
  std::string many;
  for (int c = 0; c < 29; ++c) many += "sound " + std::to_string(c) + "&a&good&0&1\n";
  check_mentions(message(many), {"line 29", "28 categories", "sound 28"});
  check_mentions(error_of([] { read_annotations("/nowhere/Annotations.txt"); }), {"/nowhere/Annotations.txt"});
  check_mentions(message("&a&good&0&5\n"), {"line 1", "a category"});
  check_mentions(message(std::string(100000, 'x')), {"line 1: expected category&", "xxx..."});
  check_mentions(message("Truck&a&good&0&" + std::string(100000, '1')), {"whole seconds", "111..."});
}

TEST_CASE("marks, blanks and line endings make no categories of their own") {
  const std::string mark = "\xEF\xBB\xBF";
  const std::vector<std::string> clean = {"Truck&a&good&2&5", "B\xC3\xA9lier&b&good&0&3", "Truck&c&good&0&3"};
  const auto check = [&](const std::string& text) {
    CAPTURE(text);
    const annotation_list list = parse(text);
    REQUIRE(list.entries.size() == 3);
    CHECK(list.category_names == std::vector<std::string>{"Truck", "B\xC3\xA9lier"});
    CHECK(list.category_index == std::vector<std::size_t>{0, 1, 0});
    CHECK(list.entries[2].category == "Truck");
    CHECK(list.entries[2].video_id == "c");
    CHECK(list.entries[2].quality == "good");
  };
  for (const std::string end : {"\n", "\r\n", "\r", "\r\r\n", " \n", "\t\r\n", "\xC2\xA0\n"}) {
    for (const std::string begin : {"", "\xEF\xBB\xBF", " ", "\xC2\xA0", "\xE2\x80\x8B"}) {
      check(begin + clean[0] + end + clean[1] + end + begin + clean[2] + end);  // joined files have marks inside
      check(begin + clean[0] + end + clean[1] + end + begin + clean[2]);
    }
  }
  check(mark + "Category&VideoID&Quality&StartTime&EndTime\n" + clean[0] + "\n" + clean[1] + "\n" + clean[2] +
        "\n\n\n");
  check(" Truck & a & good & 2 & 5 \n" + clean[1] +
        "\nTruck\t&\xC2\xA0"
        "c&good\xEF\xBB\xBF&0&3\n");
  CHECK(parse(mark).entries.empty());
  CHECK(parse("").entries.empty());
}

TEST_CASE("categories that nobody can tell apart are refused, not two of them") {
  const auto message = [](const std::string& other) {
    return error_of([&] { parse("Church bell&a&good&0&5\nTruck&b&good&0&5\n" + other + "&c&good&0&5\n"); });
  };
  CHECK(message("Church bell").empty());
  CHECK(message("Churchbells").empty());
  for (const std::string other : {"Church  bell", "Church\tbell",
                                  "Church\xC2\xA0"
                                  "bell",
                                  "church bell", "Church\xE2\x80\x8B bell"}) {
    check_mentions(message(other), {"line 3: expected the category Church bell as in line 1", "found " + other});
  }
}

TEST_CASE("text that is not UTF-8 is refused with line and byte, in any part of the line") {
  const auto message = [](const std::string& text) { return error_of([&] { parse(text); }); };
  const std::string first = "Truck&a&good&2&5\n";
  for (const std::string line : {"B\xE9lier&b&good&0&3", "Be&\xE9&good&0&3", "Bell&b&\xE9&0&3"}) {
    const std::string byte = std::to_string(line.find('\xE9') + 1);
    check_mentions(message(first + line + "\n"),
                   {"Annotations.txt: line 2, byte " + byte + ": expected text in UTF-8, found the byte 0xE9"});
  }
  check_mentions(message("Cat\xE9gorie&ID&Quality&Start&End\n" + first), {"line 1, byte 4", "0xE9"});
  check_mentions(message(first + "B\xC0\xAFl&b&good&0&3\n"), {"line 2, byte 2", "0xC0"});
  check_mentions(message(first + "B\xED\xA0\x80l&b&good&0&3\n"), {"line 2, byte 2", "0xED"});
  check_mentions(message(first + "B\xC3"), {"line 2, byte 2", "0xC3"});
  check_mentions(message(first + "Be\x1B[31mll&b&good&0&3\n"), {"line 2, byte 3", "the control character 0x1B"});
  check_mentions(message(first + "Bell&b&good&0&3\rBell&c&good&0&3\n"), {"line 2, byte 16", "0x0D"});
  check_mentions(message(first + "Bell\xE2\x80\xA8&b&good&0&3\n"), {"line 2, byte 5", "0xE2 0x80 0xA8"});
  check_mentions(message(first + std::string("Be\0ll&b&good&0&3\n", 17)), {"line 2, byte 3", "a zero byte"});

  const auto wide = [&](std::size_t width, bool big, const std::string& mark) {
    std::string text = mark;
    for (const char c : first) {
      if (big) text.append(width - 1, '\0');
      text += c;
      if (!big) text.append(width - 1, '\0');
    }
    return message(text);
  };
  check_mentions(wide(2, false, "\xFF\xFE"), {"Annotations.txt: line 1, byte 1", "UTF-8", "UTF-16", "0xFF 0xFE"});
  check_mentions(wide(2, true, "\xFE\xFF"), {"line 1, byte 1", "UTF-16", "0xFE 0xFF"});
  check_mentions(wide(4, false, std::string("\xFF\xFE\0\0", 4)), {"line 1, byte 1", "UTF-32"});
  check_mentions(wide(4, true, std::string("\0\0\xFE\xFF", 4)), {"line 1, byte 1", "UTF-32"});
  check_mentions(wide(2, false, ""), {"line 1, byte 2", "a zero byte, as in UTF-16 and UTF-32"});
  check_mentions(wide(2, true, ""), {"line 1, byte 1", "a zero byte, as in UTF-16 and UTF-32"});
}
