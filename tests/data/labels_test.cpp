// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/data/labels.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"

using namespace vscg::data;

TEST_CASE("segment labels: one-hot rows become classes") {
  const small_ave ave;
  for (const stored_as::kind kind : {stored_as::int32, stored_as::int64, stored_as::float64, stored_as::float16}) {
    write_array(ave / "right_labels.h5", "avadataset", {small_ave::videos, 10, 29}, ave.label_values(), {kind});
    const std::vector<std::uint8_t> found = read_segment_labels(ave / "right_labels.h5");
    REQUIRE(found.size() == small_ave::videos * 10);
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == ave.class_of(i / 10, i % 10));
  }
}

TEST_CASE("more rows than are read at a time") {
  const small_ave ave;
  constexpr std::size_t rows = 600;
  std::vector<double> values(rows * 29, 0.0);
  for (std::size_t row = 0; row < rows; ++row) values[row * 29 + row % 29] = 1.0;
  write_array(ave / "mil_labels.h5", "avadataset", {rows, 29}, values);
  const std::vector<std::uint8_t> found = read_video_labels(ave / "mil_labels.h5");
  REQUIRE(found.size() == rows);
  for (std::size_t row = 0; row < rows; ++row) CHECK(found[row] == row % 29);
}

TEST_CASE("labels that are not one-hot: file, row, segment") {
  const small_ave ave;
  const auto message = [&](std::size_t index, double value) {
    std::vector<double> values = ave.label_values();
    values[index] = value;
    write_array(ave / "right_labels.h5", "avadataset", {small_ave::videos, 10, 29}, values);
    return error_of([&] { read_segment_labels(ave / "right_labels.h5"); });
  };
  // Row 2, segment 3 is class 1.
  check_mentions(message((2 * 10 + 3) * 29 + 7, 1.0),
                 {"right_labels.h5: video row 2, segment 3", "one-hot", "2 times 1 and 0 values"});
  check_mentions(message((2 * 10 + 3) * 29 + 1, 0.0), {"row 2, segment 3", "0 times 1"});
  check_mentions(message((5 * 10 + 9) * 29 + 1, 0.5), {"row 5, segment 9", "1 times 1 and 1 values"});

  std::vector<double> values = ave.category_values();
  values[4 * 29 + 28] = 1.0;
  write_array(ave / "mil_labels.h5", "avadataset", {small_ave::videos, 29}, values);
  check_mentions(error_of([&] { read_video_labels(ave / "mil_labels.h5"); }),
                 {"mil_labels.h5: video row 4", "one-hot"});
}

TEST_CASE("wrong rank and size of labels") {
  const small_ave ave;
  ave.shape_only("right_labels.h5", {6, 29});
  check_mentions(error_of([&] { read_segment_labels(ave / "right_labels.h5"); }), {"[N,10,29]", "[6,29]"});
  ave.shape_only("right_labels.h5", {6, 10, 28});
  check_mentions(error_of([&] { read_segment_labels(ave / "right_labels.h5"); }), {"[N,10,29]", "[6,10,28]"});
  ave.shape_only("mil_labels.h5", {6, 10, 29});
  check_mentions(error_of([&] { read_video_labels(ave / "mil_labels.h5"); }), {"[N,29]", "[6,10,29]"});
}

TEST_CASE("keys: the usual one, the only one, or an error that lists those found") {
  const small_ave ave;
  const auto values = ave.category_values();
  const std::vector<std::size_t> shape = {small_ave::videos, 29};
  write_array(ave / "mil_labels.h5", "dataset", shape, values);
  CHECK(read_video_labels(ave / "mil_labels.h5").size() == small_ave::videos);
  {
    hdf5_fixture_file file(ave / "mil_labels.h5", "another", {3});
    file.add("avadataset", shape);
    file.write_all(values);
  }
  CHECK(read_video_labels(ave / "mil_labels.h5").size() == small_ave::videos);
  {
    hdf5_fixture_file file(ave / "mil_labels.h5", "first", shape);
    file.add("second", shape);
  }
  check_mentions(error_of([&] { read_video_labels(ave / "mil_labels.h5"); }),
                 {"mil_labels.h5", "avadataset", "keys: first, second"});
}

TEST_CASE("shares sum to 1") {
  const small_ave ave;
  const std::vector<std::size_t> shape = {small_ave::videos, 29};
  std::vector<double> values = ave.share_values();
  write_array(ave / "prob_label.h5", "avadataset", shape, values);
  const std::vector<float> found = read_class_shares(ave / "prob_label.h5");
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(found[i] == static_cast<float>(values[i]));
  values[3 * 29 + 28] += 0.2;
  write_array(ave / "prob_label.h5", "avadataset", shape, values);
  check_mentions(error_of([&] { read_class_shares(ave / "prob_label.h5"); }), {"prob_label.h5: video row 3", "1.2"});
  values[1 * 29 + 3] = -0.1;
  write_array(ave / "prob_label.h5", "avadataset", shape, values);
  check_mentions(error_of([&] { read_class_shares(ave / "prob_label.h5"); }), {"video row 1", "a value outside"});
}

TEST_CASE("orders") {
  const small_ave ave;
  const auto message = [&](const std::vector<double>& rows) {
    ave.write_order("train_order.h5", rows);
    return error_of([&] { read_order(ave / "train_order.h5", 6); });
  };
  ave.write_order("train_order.h5", {5, 0, 3});
  CHECK(read_order(ave / "train_order.h5", 6) == std::vector<std::size_t>{5, 0, 3});
  ave.write_order("train_order.h5", {4, 1}, "avadataset");
  CHECK(read_order(ave / "train_order.h5", 6) == std::vector<std::size_t>{4, 1});
  check_mentions(message({0, 1, 6}), {"train_order.h5: entry 2", "one of 6 videos", "found 6"});
  check_mentions(message({-1}), {"entry 0", "found -1"});
  ave.write_order("train_order.h5", {4100});
  check_mentions(error_of([&] { read_order(ave / "train_order.h5", 4097); }),
                 {"one of 4097 videos (AVE has 4143 rows", "found 4100"});
  check_mentions(message({0, 3, 1, 3}), {"entry 3", "each video once", "video row 3", "entry 1"});
  write_array(ave / "train_order.h5", "order", {2}, {1.0, 2.5});
  check_mentions(error_of([&] { read_order(ave / "train_order.h5", 6); }), {"entry 1", "2.5"});
  ave.shape_only("train_order.h5", {3, 2});
  check_mentions(error_of([&] { read_order(ave / "train_order.h5", 6); }), {"[N]", "[3,2]"});
}

TEST_CASE("noisy labels are background, per video or per segment") {
  const small_ave ave;
  ave.write_noisy_labels({28, 28, 28});
  CHECK(read_noisy_labels(ave / "labels_noisy.h5") == 3);
  std::vector<double> values(2 * 290, 0.0);
  for (std::size_t i = 0; i < 20; ++i) values[i * 29 + 28] = 1.0;
  write_array(ave / "labels_noisy.h5", "avadataset", {2, 10, 29}, values);
  CHECK(read_noisy_labels(ave / "labels_noisy.h5") == 2);
  ave.write_noisy_labels({28, 4});
  check_mentions(error_of([&] { read_noisy_labels(ave / "labels_noisy.h5"); }), {"row 1", "class 28", "class 4"});
}
