// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/errors.hpp>

#include "support/error_of.hpp"

namespace {

using vscg::train::segment_verdict;

/// Classes of segments: '.' is background, a letter a category.
std::vector<std::uint8_t> classes(const std::string& text) {
  std::vector<std::uint8_t> result;
  for (const char c : text) result.push_back(c == '.' ? 28 : static_cast<std::uint8_t>(c - 'A'));
  return result;
}

/// The verdicts: '+' right, 'c' other category, 'b' boundary, 'm' missed, 'i' invented; then start and end of each
/// event that was found.
std::string verdicts(const std::string& truth, const std::string& said) {
  const auto errors = vscg::train::errors_of(classes(truth), classes(said));
  std::string text;
  for (const auto verdict : errors.verdicts) text += "+cbmi"[static_cast<std::size_t>(verdict)];
  for (const auto& b : errors.boundaries) text += " " + std::to_string(b.start) + "," + std::to_string(b.end);
  return text + " of " + std::to_string(errors.events);
}

}  // namespace

TEST_CASE("a segment is right, of another category, at a boundary, missed or invented") {
  CHECK(verdicts("..AAAA....", "..AAAA....") == "++++++++++ 0,0 of 1");
  CHECK(verdicts("..AAAA....", ".AAAA.....") == "+b+++b++++ -1,-1 of 1");
  CHECK(verdicts("AAAAAAAAA.", "AAAAAAAAAA") == "+++++++++b 0,1 of 1");   // the paper's Figure 7
  CHECK(verdicts(".AAAAAAAAA", "AAAAAAAAAA") == "b+++++++++ -1,0 of 1");  // its Figure 8
  CHECK(verdicts("AAAAAAAAAA", "BBBBBBBBBB") == "cccccccccc 0,0 of 1");   // its Figures 9 and 10
  CHECK(verdicts("..AAAA....", "..AABBB...") == "++++ccb+++ 0,1 of 1");   // both at once
  CHECK(verdicts("..AAAA....", "..........") == "++mmmm++++ of 1");       // not found: no boundary
  CHECK(verdicts("..AAAA....", "......AA..") == "++mmmmii++ of 1");       // beside it is not during it
  CHECK(verdicts("..........", "..AA......") == "++ii++++++ of 0");
  CHECK(verdicts("..AAAAAA..", "..AA.AAA..") == "++++m+++++ 0,0 of 1");       // a hole is no boundary
  CHECK(verdicts("..AAAAAA..", "AA...AA...") == "iibbb++b++ 3,-1 of 1");      // nor is what is said elsewhere
  CHECK(verdicts(".AA...BB..", ".AAAAAAB..") == "+++bbbc+++ 0,5 -5,0 of 2");  // two in one
}

TEST_CASE("errors are summed over videos") {
  vscg::train::error_counts all;
  all.add(classes("..AAAA...."), classes("..AAAA...."));
  all.add(classes("AAAAA....."), classes(".BBBBBB..."));  // +1, +2
  all.add(classes("CCCCCCCCCC"), classes("BBBBBBBBBB"));
  all.add(classes("AAAA......"), classes("BB........"));  // -2 at the end
  all.add(classes("....A....."), classes(".........A"));
  CHECK(all.segments(segment_verdict::right) == 10 + 3 + 0 + 6 + 8);
  CHECK(all.segments(segment_verdict::other_category) == 4 + 10 + 2);
  CHECK(all.segments(segment_verdict::boundary) == 3 + 2);
  CHECK(all.segments(segment_verdict::missed) == 1);
  CHECK(all.segments(segment_verdict::invented) == 1);
  CHECK(all.events() == 5);
  CHECK(all.found() == 4);
  CHECK(all.exact() == 2);
  CHECK(all.mean_start_error() == 0.25);
  CHECK(all.mean_end_error() == 1);
  const auto confused = all.confusions();
  REQUIRE(confused.size() == 2);
  CHECK(confused[0].truth == 2);
  CHECK(confused[0].said == 1);
  CHECK(confused[0].segments == 10);
  CHECK(confused[0].videos == 1);
  CHECK(confused[1].truth == 0);
  CHECK(confused[1].said == 1);
  CHECK(confused[1].segments == 6);
  CHECK(confused[1].videos == 2);
}

TEST_CASE("where nothing was found the mean error is 0") {
  vscg::train::error_counts all;
  all.add(classes("..AAAA...."), classes(".........."));
  CHECK(all.mean_start_error() == 0);
  CHECK(all.mean_end_error() == 0);
  CHECK(all.confusions().empty());
}

TEST_CASE("errors of videos whose sizes or classes do not fit are refused, and nothing is added") {
  vscg::train::error_counts all(2);
  const std::vector<std::uint8_t> one{0, 1, 2}, two{0, 1}, above{0, 1, 3};
  CHECK(error_of([&] { all.add(one, two); }) == "predictions to compare: expected 3 segments, found 2");
  CHECK(error_of([&] { all.add(one, above); }) == "class of a segment: expected at most 2, found 3");
  CHECK(error_of([&] { all.add(above, one); }) == "class of a segment: expected at most 2, found 3");
  CHECK(all.segments(segment_verdict::right) == 0);
  CHECK(all.add(one, one).count(segment_verdict::right) == 3);
}
