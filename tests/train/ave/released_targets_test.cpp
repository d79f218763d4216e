// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/nets/vscg/smooth_loss.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/train/ave/released_targets.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;

namespace {

using loss = vscg::negative_pair_filter_loss<4, 3>;  // four segments, three categories; class 3 is background
using arrays = std::array<std::vector<double>, 4>;

vscg::train::labels<double> labels_of(const std::vector<std::uint8_t>& classes) {
  return {classes.size() / 4, 4, 3, classes, {}};
}

}  // namespace

static_assert(released_targets<loss, double>::differ);
static_assert(!released_targets<vscg::smooth_loss<>, double>::differ);

TEST_CASE("the released program's similarity target keeps what earlier videos left in their place") {
  released_targets<loss, double> released;
  arrays found;
  const std::vector<std::uint8_t> first = {1, 1, 3, 3, 3, 3, 3, 2};
  released.fill(labels_of(first), found);
  CHECK(found[3] == std::vector<double>{0.5, 0.5, 0, 0, 0, 0, 0, 1});

  // The same places with other segments: the old entries stay. The loss itself would clear them.
  const std::vector<std::uint8_t> second = {3, 2, 2, 2, 0, 0, 0, 0};
  released.fill(labels_of(second), found);
  CHECK(found[3] == std::vector<double>{0.5, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0.25, 0.25, 0.25, 0.25});
  arrays clean;
  loss::fill(labels_of(second), clean);
  CHECK(clean[3] == std::vector<double>{0, 1.0 / 3, 1.0 / 3, 1.0 / 3, 0.25, 0.25, 0.25, 0.25});
  CHECK(found[0] == clean[0]);
  CHECK(found[1] == clean[1]);
  CHECK(found[2] == clean[2]);

  // A smaller batch uses only the first places.
  const std::vector<std::uint8_t> third = {3, 3, 3, 0};
  released.fill(labels_of(third), found);
  CHECK(found[3] == std::vector<double>{0.5, 1.0 / 3, 1.0 / 3, 1.0});
  CHECK(released.memory.size() == 8);
  CHECK(released.memory[4] == 0.25);
}

TEST_CASE("a video without events has an even target and category 0, and counts in the category loss") {
  released_targets<loss, double> released;
  arrays found;
  const std::vector<std::uint8_t> classes = {3, 3, 3, 3, 3, 2, 3, 3};
  released.fill(labels_of(classes), found);
  CHECK(found[0] == std::vector<double>{0, 0, 0, 0, 0, 1, 0, 0});
  CHECK(found[1] == std::vector<double>{1, 0, 0, 0, 0, 1});
  CHECK(found[2] == std::vector<double>{0.5, 0.5});
  CHECK(found[3] == std::vector<double>{0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0});
  arrays clean;
  loss::fill(labels_of(classes), clean);
  CHECK(clean[2] == std::vector<double>{0, 1});
  CHECK(clean[3] == std::vector<double>{0, 0, 0, 0, 0, 1, 0, 0});

  // What it leaves behind stays too.
  const std::vector<std::uint8_t> next = {1, 3, 3, 3, 3, 3, 3, 3};
  released.fill(labels_of(next), found);
  CHECK(found[3] == std::vector<double>{1, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25});
}

TEST_CASE("labels whose sizes differ from the loss's are refused") {
  arrays found;
  std::array<std::vector<double>, 1> tags;
  const std::vector<std::uint8_t> classes(8, 0);
  const std::vector<double> shares(6, 0.5);
  using known = vscg::train::labels<double>;
  CHECK(error_of([&] { loss::fill(known{2, 10, 3, classes, {}}, found); }) == "labels: segments: expected 4, found 10");
  CHECK(error_of([&] {
          loss::fill(known{2, 4, 28, classes, {}}, found);
        }) == "labels: categories: expected 3, found 28");
  CHECK(error_of([&] {
          loss::fill(known{3, 4, 3, classes, {}}, found);
        }) == "labels: segment_classes: expected 12, found 8");
  CHECK(error_of([&] {
          loss::fill(known{std::size_t{1} << 62U, 4, 3, classes, {}}, found);
        }) == "labels: items: expected at most 9223372036854775807, found 4611686018427387904 * 4");
  CHECK(error_of([&] {
          vscg::smooth_loss<2>::fill(known{1, 4, 2, {}, shares}, tags);
        }) == "labels: tags: expected 3, found 6");
  vscg::smooth_loss<2>::fill(known{2, 4, 2, {}, shares}, tags);
  CHECK(tags[0] == shares);
}
