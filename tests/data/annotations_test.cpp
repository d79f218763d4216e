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

TEST_CASE("a title line, CRLF, empty lines at the end and a last line without its end are fine") {
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
}
