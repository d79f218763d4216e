// SPDX-License-Identifier: MIT
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/train/ave/metrics.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;
using bytes = std::vector<std::uint8_t>;

namespace {

// 0 twice (one right), 1 three times (two right), background four times (three right).
const bytes truth{0, 0, 1, 1, 1, 2, 2, 2, 2};
const bytes said{0, 2, 1, 1, 0, 2, 2, 2, 1};

}  // namespace

TEST_CASE("accuracy is segments right over all segments") {
  CHECK(segment_accuracy(truth, said) == doctest::Approx(6.0 / 9));
  CHECK(segment_accuracy(truth, truth) == 1);
  CHECK(segment_accuracy(bytes{1}, bytes{0}) == 0);
  CHECK(error_of([] { segment_accuracy(truth, bytes{0}); }) ==
        "predictions to measure: expected 9 segments, at least one, found 1");
  CHECK_FALSE(error_of([] { segment_accuracy(bytes{}, bytes{}); }).empty());
}

TEST_CASE("the table counts, and every figure comes from it") {
  confusion_matrix table(2);
  CHECK(table.accuracy() == 0);
  // Added in two parts, as batches come.
  table.add(std::span(truth).first(4), std::span(said).first(4));
  table.add(std::span(truth).subspan(4), std::span(said).subspan(4));
  CHECK(table.classes() == 3);
  CHECK(table.total() == 9);
  CHECK(table.right() == 6);
  CHECK(table.accuracy() == segment_accuracy(truth, said));
  const std::vector<std::vector<std::size_t>> expected{{1, 0, 1}, {1, 2, 0}, {0, 1, 3}};
  for (std::size_t t = 0; t < 3; ++t) {
    for (std::size_t p = 0; p < 3; ++p) CHECK(table.count(t, p) == expected[t][p]);
  }
  CHECK(table.support(1) == 3);
  CHECK(table.called(1) == 3);
  CHECK(table.called(0) == 2);
  CHECK(table.recall(0) == 0.5);
  CHECK(table.recall(1) == doctest::Approx(2.0 / 3));
  CHECK(table.precision(2) == 0.75);
  CHECK(table.majority_class() == 2);
  CHECK(table.majority_accuracy() == doctest::Approx(4.0 / 9));
}

TEST_CASE("classes that do not occur cause no division by zero") {
  confusion_matrix table;
  CHECK(table.classes() == 29);
  table.add(bytes{28, 3}, bytes{28, 3});
  CHECK(table.recall(5) == 0);
  CHECK(table.precision(5) == 0);
  CHECK(table.majority_class() == 3);  // the first among equals
}

TEST_CASE("predictions that do not fit are refused and counted nowhere") {
  confusion_matrix table(2);
  CHECK(error_of([&] { table.add(bytes{0, 1}, bytes{0}); }) == "predictions to measure: expected 2 segments, found 1");
  CHECK(error_of([&] { table.add(bytes{0, 3}, bytes{0, 0}); }) == "class of a segment: expected below 3, found 3");
  CHECK(error_of([&] { table.add(bytes{0, 1}, bytes{0, 29}); }) == "class of a segment: expected below 3, found 29");
  CHECK(table.total() == 0);
}
