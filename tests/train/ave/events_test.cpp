// SPDX-License-Identifier: MIT
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/events.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;
using bytes = std::vector<std::uint8_t>;

TEST_CASE("an event of a video is a maximal run of one category") {
  const auto events = find_events(bytes{28, 3, 3, 28, 28, 3, 7, 7, 7, 28}, {});
  REQUIRE(events.size() == 3);
  CHECK(events[0].category == 3);
  CHECK(events[0].start == 1);
  CHECK(events[0].end == 3);
  CHECK(events[0].score == 0);
  CHECK(events[1].category == 3);
  CHECK(events[1].start == 5);
  CHECK(events[1].end == 6);
  CHECK(events[2].category == 7);
  CHECK(events[2].start == 6);
  CHECK(events[2].end == 9);
}

TEST_CASE("nothing, all, and both ends") {
  CHECK(find_events(bytes(10, 28), {}).empty());
  CHECK(find_events(bytes{}, {}).empty());
  const auto all = find_events(bytes(10, 0), {});
  REQUIRE(all.size() == 1);
  CHECK(all[0].start == 0);
  CHECK(all[0].end == 10);
  const auto ends = find_events(bytes{1, 28, 1}, {}, 28, 0.5);
  REQUIRE(ends.size() == 2);
  CHECK(ends[1].start == 1);
  CHECK(ends[1].end == 1.5);
}

TEST_CASE("the score is the mean of the category's own scores over the run") {
  const std::vector<float> scores{0.5F, 0.25F, 0.25F, 0.125F, 0.75F, 0.125F, 0.F, 0.25F, 0.75F};
  const auto events = find_events(bytes{1, 1, 2}, scores, 2);
  REQUIRE(events.size() == 1);
  CHECK(events[0].score == 0.5);
  const auto two = find_events(bytes{0, 1, 2}, scores, 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].score == 0.5);
  CHECK(two[1].score == 0.75);
}

TEST_CASE("sizes and classes that do not fit are refused") {
  CHECK(error_of([] {
          find_events(bytes{0, 1}, std::vector<float>(5), 2);
        }) == "scores of segments: expected 6, found 5");
  CHECK(error_of([] { find_events(bytes{0, 3}, {}, 2); }) == "class of a segment: expected at most 2, found 3");
}
