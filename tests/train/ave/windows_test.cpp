// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/windows.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;
using sizes = std::vector<std::size_t>;
using bytes = std::vector<std::uint8_t>;
using numbers = std::vector<float>;

TEST_CASE("windows follow each other without a gap, and the last one ends with the video") {
  CHECK(window_starts(30, 10, 0) == sizes{0, 10, 20});
  CHECK(window_starts(20, 10, 5) == sizes{0, 5, 10});
  CHECK(window_starts(13, 10, 9) == sizes{0, 1, 2, 3});
  // One second more than windows fill: the last window overlaps more than it was asked to.
  CHECK(window_starts(31, 10, 0) == sizes{0, 10, 20, 21});
  CHECK(window_starts(21, 10, 5) == sizes{0, 5, 10, 11});
  CHECK(window_starts(11, 10, 9) == sizes{0, 1});
  CHECK(window_starts(11, 10, 0) == sizes{0, 1});
  for (const std::size_t seconds : {1U, 9U, 10U}) CHECK(window_starts(seconds, 10, 5) == sizes{0});
}

TEST_CASE("a video without seconds and windows that never move on are refused") {
  CHECK(error_of([] { window_starts(0, 10, 5); }) == "video: expected at least one second, found none");
  CHECK(error_of([] { window_starts(20, 10, 10); }) ==
        "overlap of windows: expected less than their 10 seconds, found 10");
}

TEST_CASE("a short video is filled with copies of its last second") {
  numbers window{1, 2, 3, 4, 0, 0, 0, 0};
  repeat_last_second(std::span(window), 2, 2);
  CHECK(window == numbers{1, 2, 3, 4, 3, 4, 3, 4});
  repeat_last_second(std::span(window), 4, 2);
  CHECK(window == numbers{1, 2, 3, 4, 3, 4, 3, 4});
}

TEST_CASE("one window is the answer, and what it says about seconds after the end is left out") {
  window_votes votes(2, 2);
  votes.add(0, bytes{1, 2, 0}, numbers{0.25F, 0.5F, 0.25F, 0, 0.25F, 0.75F, 1, 0, 0});
  CHECK(votes.classes() == bytes{1, 2});
  CHECK(votes.scores() == numbers{0.25F, 0.5F, 0.25F, 0, 0.25F, 0.75F});
}

TEST_CASE("windows that say the same everywhere are joined to the same") {
  for (const std::size_t overlap : {0U, 1U, 5U, 9U}) {
    window_votes votes(23, 2);
    for (const std::size_t start : window_starts(23, 10, overlap)) {
      numbers scores;
      for (int t = 0; t < 10; ++t) scores.insert(scores.end(), {0.125F, 0.75F, 0.125F});
      votes.add(start, bytes(10, 1), scores);
    }
    CHECK(votes.classes() == bytes(23, 1));
    for (std::size_t t = 0; t < 23; ++t) CHECK(votes.scores()[3 * t + 1] == 0.75F);
  }
}

TEST_CASE("most votes win, then the higher mean score, then the lower class") {
  // Windows of 3 seconds, every second: video second 2 is seen by all three.
  window_votes votes(5, 2);
  votes.add(0, bytes{0, 0, 1}, numbers{1, 0, 0, 1, 0, 0, 0, 1, 0});
  votes.add(1, bytes{0, 0, 2}, numbers{0.5F, 0.5F, 0, 0.5F, 0.25F, 0.25F, 0, 0, 1});
  votes.add(2, bytes{0, 1, 2}, numbers{0.5F, 0.25F, 0.25F, 0, 0.75F, 0.25F, 0, 0.5F, 0.5F});
  // 0: {0}; 1: {0, 0}; 2: {1, 0, 0}, though class 1 has the mean 0.5 and class 0 only 1/3; 3: {2, 1}, means 0, 3/8,
  // 5/8; 4: {2} alone.
  CHECK(votes.classes() == bytes{0, 0, 0, 2, 2});
  CHECK(votes.scores()[0] == 1);
  CHECK(votes.scores()[3] == 0.75F);
  CHECK(votes.scores()[6] == doctest::Approx(1.0 / 3));
  CHECK(votes.scores()[7] == 0.5F);
  CHECK(votes.scores()[9 + 1] == 0.375F);
  CHECK(votes.scores()[9 + 2] == 0.625F);

  window_votes equal(1, 2);
  equal.add(0, bytes{2}, numbers{0.25F, 0.375F, 0.375F});
  equal.add(0, bytes{1}, numbers{0.25F, 0.375F, 0.375F});
  CHECK(equal.classes() == bytes{1});
}

TEST_CASE("a second that no window has seen is background and has no scores") {
  window_votes votes(2, 2);
  votes.add(1, bytes{0}, numbers{1, 0, 0});
  CHECK(votes.classes() == bytes{2, 0});
  CHECK(votes.scores() == numbers{0, 0, 0, 1, 0, 0});
}

TEST_CASE("rows such as attention are averaged second by second") {
  window_means means(3, 2);
  means.add(0, numbers{1, 0, 0.5F, 0.5F});
  means.add(1, numbers{0, 1, 0.25F, 0.75F});
  CHECK(means.values() == numbers{1, 0, 0.25F, 0.75F, 0.25F, 0.75F});
}

TEST_CASE("what does not fit a window is refused, and nothing is counted") {
  window_votes votes(2, 2);
  CHECK(error_of([&] { votes.add(0, bytes{0, 1}, numbers(5)); }) == "scores of a window: expected 6, found 5");
  CHECK(error_of([&] { votes.add(0, bytes{0, 3}, numbers(6)); }) == "class of a segment: expected at most 2, found 3");
  CHECK(error_of([&] { votes.add(2, bytes{0}, numbers(3)); }) ==
        "start of a window: expected a second of the video's 2, found 2");
  CHECK(error_of([&] { votes.add(0, bytes{}, numbers{}); }) == "numbers of a window: expected rows of 3, found 0");
  CHECK(votes.classes() == bytes{2, 2});
  window_means means(2, 2);
  CHECK(error_of([&] { means.add(0, numbers(3)); }) == "numbers of a window: expected rows of 2, found 3");
}
