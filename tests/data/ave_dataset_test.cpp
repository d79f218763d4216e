// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/stopped.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/files/locked_file.hpp>

#include "data/hdf5_fixture.hpp"
#include "data/opening_error.hpp"
#include "support/error_of.hpp"

using namespace vscg::data;

namespace {

std::vector<std::size_t> rows_of(const ave_dataset& data, split part) {
  const auto found = data.order(part);
  return {found.begin(), found.end()};
}

void check_labels(const ave_dataset& data, const small_ave& ave) {
  const std::vector<double> shares = ave.share_values();
  for (std::size_t row = 0; row < small_ave::videos; ++row) {
    CAPTURE(row);
    for (std::size_t t = 0; t < segments; ++t) CHECK(data.segment_classes(row)[t] == ave.class_of(row, t));
    for (std::size_t c = 0; c < classes; ++c) {
      CHECK(data.tag(row)[c] == doctest::Approx(shares[row * classes + c]).epsilon(1e-6));
    }
    CHECK(data.category(row) == ave.category[row]);
  }
}

}  // namespace

TEST_CASE("fully: labels, orders, names, annotations") {
  small_ave ave;
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  CHECK(data.videos() == small_ave::videos);
  CHECK(data.noisy_videos() == 0);
  check_labels(data, ave);
  CHECK(rows_of(data, split::train) == std::vector<std::size_t>{0, 2, 4, 5});
  CHECK(rows_of(data, split::validation) == std::vector<std::size_t>{3});
  CHECK(rows_of(data, split::test) == std::vector<std::size_t>{1});
  REQUIRE(data.category_names().size() == categories);
  CHECK(data.category_names()[2] == "sound 2");
  CHECK(data.category_names()[3] == "category 3");
  REQUIRE(data.annotation_of(4));
  CHECK(data.annotation_of(4)->video_id == "id4");
  CHECK(data.annotation_of(4)->start == 5);
  // The event without length is valid but gives a warning.
  REQUIRE(ave.warnings.size() == 1);
  check_mentions(ave.warnings[0], {"Annotations.txt", "video row 5 (id5)", "without length", "from 4 to 4"});
  CHECK_NOTHROW(ave_dataset::open(ave.folder.path(), {}));  // without anyone to warn
}

TEST_CASE("labels under every name, right_labels.h5 first") {
  for (const char* name : {"labels.h5", "right_label.h5", "right_labels.h5", "label.h5"}) {
    CAPTURE(std::string(name));
    small_ave ave;
    ave.remove("right_labels.h5");
    ave.remove("Annotations.txt");
    ave.write_labels(name);
    const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
    CHECK(data.segment_classes(3)[3] == 2);
    CHECK(data.segment_classes(3)[4] == 28);
    CHECK(data.category_names()[2] == "category 2");
    CHECK_FALSE(data.annotation_of(0));
    CHECK(data.category(5) == background);  // no file says what it would have been
  }
  small_ave ave;
  ave.write_text("labels.h5", "not even HDF5");
  check_labels(ave_dataset::open(ave.folder.path(), ave.options()), ave);
}

TEST_CASE("labels rebuilt from Annotations.txt") {
  small_ave ave;
  ave.remove("right_labels.h5");
  check_labels(ave_dataset::open(ave.folder.path(), ave.options()), ave);
  ave.remove("Annotations.txt");
  check_mentions(opening_error(ave),
                 {"right_labels.h5", "labels.h5", "right_label.h5", "Annotations.txt", "none of them"});
  ave_options options = ave.options();
  options.labels_required = false;
  const ave_dataset data = ave_dataset::open(ave.folder.path(), options);
  CHECK_FALSE(data.has_labels());
  CHECK(data.category_names()[27] == "category 27");
  check_mentions(error_of([&] { data.segment_classes(0); }), {"labels", "features only"});
}

TEST_CASE("names follow the label file if the folder holds a part of a larger data set") {
  small_ave ave;
  ave.category = {7, 7, 3, 12, 12, 3};
  ave.write_labels("right_labels.h5");
  ave.write_annotations();
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  CHECK(data.category_names()[7] == "sound 7");
  CHECK(data.category_names()[3] == "sound 3");
  CHECK(data.category_names()[12] == "sound 12");
  CHECK(data.category(5) == 3);
  CHECK(ave.warnings.size() == 1);  // only the event without length

  ave.category[1] = 12;  // the label file keeps 7
  ave.write_annotations();
  ave.warnings.clear();
  ave_dataset::open(ave.folder.path(), ave.options());
  REQUIRE(ave.warnings.size() == 2);
  check_mentions(ave.warnings[1], {"right_labels.h5", "1 of 6", "Annotations.txt", "row 1", "class 7", "sound 12"});
}

TEST_CASE("fully: a video of several categories teaches only its first one, with a warning") {
  small_ave ave;
  std::vector<double> labels = ave.label_values();
  const auto put = [&](std::size_t row, std::size_t t, std::size_t c) {
    std::fill_n(labels.begin() + static_cast<std::ptrdiff_t>((row * 10 + t) * 29), 29, 0.0);
    labels[(row * 10 + t) * 29 + c] = 1.0;
  };
  put(2, 8, 2);  // of class 1 before
  put(2, 9, 0);
  put(4, 0, 7);  // background before, then class 2
  write_array(ave / "right_labels.h5", "avadataset", {small_ave::videos, 10, 29}, labels);
  ave_dataset::open(ave.folder.path(), ave.options());
  // The other warnings: the event without length, and that row 4 has another category than in Annotations.txt.
  REQUIRE(ave.warnings.size() == 3);
  CHECK(ave.warnings[2] == (ave / "right_labels.h5").string() +
                               ": 2 of 6 videos have several categories, of which fully supervised training learns the "
                               "first, the first of them row 2 with class 1 (sound 1) and then class 2 (sound 2)");
  // A weak tag holds the share of each class.
  ave.warnings.clear();
  ave_dataset::open(ave.folder.path(), ave.options(supervision::weakly));
  for (const std::string& text : ave.warnings) CHECK(text.find("several categories") == std::string::npos);
}

TEST_CASE("no two classes get one name, whatever the files say: a weights file needs unique names") {
  const auto names_of = [](small_ave& ave) {
    std::vector<std::string> names = ave_dataset::open(ave.folder.path(), ave.options()).category_names();
    CHECK(names.size() == categories);
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
    return names;
  };
  small_ave ave;
  ave.category = {7, 9, 9, 3, 3, 1};
  ave.write_labels("right_labels.h5");
  ave.category = {2, 2, 2, 3, 3, 1};  // classes 7 and 9 are called sound 2
  ave.write_annotations();
  const auto names = names_of(ave);
  CHECK(names[9] == "sound 2");
  CHECK(names[7] == "category 7");
  CHECK(names[3] == "sound 3");
  check_mentions(ave.warnings.back(), {"1 of 6 videos have another category", "row 0 (class 7 against sound 2)"});

  // A file uses the name that we give to a class without one.
  ave.remove("right_labels.h5");
  ave.write_text(
      "Annotations.txt",
      "category 5&a&good&0&3\ncategory 27&a&good&0&3\nc&a&good&0&3\nc&a&good&0&3\nc&a&good&0&3\nc&a&good&0&3\n");
  CHECK(names_of(ave)[0] == "category 5");
  CHECK(names_of(ave)[5] == "category 5 (unnamed)");
}

TEST_CASE("weakly: tags, categories and noisy videos") {
  small_ave ave;
  ave.write_weak();
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options(supervision::weakly));
  CHECK(data.noisy_videos() == small_ave::noisy);
  check_labels(data, ave);
  for (std::size_t row = small_ave::videos; row < small_ave::videos + small_ave::noisy; ++row) {
    for (const std::uint8_t c : data.segment_classes(row)) CHECK(c == background);
    for (std::size_t c = 0; c < classes; ++c) CHECK(data.tag(row)[c] == (c == background ? 1.0F : 0.0F));
    CHECK(data.category(row) == background);
    CHECK_FALSE(data.annotation_of(row));
  }
  CHECK(data.tag(5)[28] == 1.0F);  // the event without length: background as a tag, its category in mil_labels
  CHECK(data.category(5) == 1);
  CHECK(ave.warnings.size() == 1);
  check_mentions(error_of([&] { data.segment_classes(8); }), {"video row 8", "one of 8 rows"});
}

TEST_CASE("weakly: what is missing is rebuilt or left out") {
  small_ave ave;
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options(supervision::weakly));
  CHECK(data.noisy_videos() == 0);
  check_labels(data, ave);
  REQUIRE(ave.warnings.size() == 2);
  check_mentions(ave.warnings[0], {"visual_feature_noisy.h5", "no background videos"});

  ave.write_weak();
  ave.remove("labels_noisy.h5");
  ave.warnings.clear();
  CHECK(ave_dataset::open(ave.folder.path(), ave.options(supervision::weakly)).noisy_videos() == 2);
  CHECK(std::any_of(ave.warnings.begin(), ave.warnings.end(),
                    [](const std::string& w) { return w.find("labels_noisy.h5") != std::string::npos; }));
}

TEST_CASE("weakly: files that disagree") {
  small_ave ave;
  ave.write_weak();
  const auto weakly = supervision::weakly;
  ave.write_noisy_labels({28});
  check_mentions(opening_error(ave, weakly), {"labels_noisy.h5", "2 videos", "found 1"});
  ave.write_weak();
  ave.shape_only("audio_feature_noisy.h5", {3, 10, 128});
  check_mentions(opening_error(ave, weakly),
                 {"audio_feature_noisy.h5", "2 videos", "visual_feature_noisy.h5", "found 3"});
  ave.write_weak();
  ave.shape_only("prob_label.h5", {5, 29});
  check_mentions(opening_error(ave, weakly), {"prob_label.h5: video row 0", "sum to 1"});
  write_array(ave / "prob_label.h5", "avadataset", {1, 29}, std::vector<double>(29, 1.0 / 29));
  check_mentions(opening_error(ave, weakly), {"prob_label.h5", "6 videos", "found 1"});

  ave.write_weak();
  std::vector<double> shares = ave.share_values();
  shares[2 * 29 + 1] -= 0.1;
  shares[2 * 29 + 28] += 0.1;
  write_array(ave / "prob_label.h5", "avadataset", {small_ave::videos, 29}, shares);
  ave.category[3] = 1;
  const std::vector<double> other = ave.category_values();
  write_array(ave / "mil_labels.h5", "avadataset", {small_ave::videos, 29}, other);
  ave.warnings.clear();
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options(weakly));
  REQUIRE(ave.warnings.size() == 3);
  check_mentions(ave.warnings[1], {"prob_label.h5", "1 of 6", "row 2"});
  check_mentions(ave.warnings[2], {"mil_labels.h5", "1 of 6", "row 3"});
  CHECK(data.tag(2)[28] == doctest::Approx(0.3));
  CHECK(data.category(3) == 1);
}

TEST_CASE("features: rows in any order, noisy ones last, one sense alone") {
  small_ave ave;
  ave.write_weak();
  ave.write_features("visual_feature.h5", small_ave::videos);
  ave.write_features("audio_feature.h5", small_ave::videos);
  ave.write_features("visual_feature_noisy.h5", small_ave::noisy, {}, 100);
  ave.write_features("audio_feature_noisy.h5", small_ave::noisy, {}, 100);
  for (const bool cache : {false, true}) {
    ave_options options = ave.options(supervision::weakly);
    options.cache = cache;
    const ave_dataset data = ave_dataset::open(ave.folder.path(), options);
    CHECK(std::filesystem::exists(ave / ".vscg_cache/visual_feature_noisy.float32") == cache);
    const std::vector<std::size_t> rows = {4, 7, 0};
    const std::vector<std::size_t> written = {4, 101, 0};
    std::vector<float> audio(3 * audio_video_values), visual(3 * visual_video_values);
    data.read<float>(rows, audio, visual);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < audio.size(); ++i) {
      wrong += audio[i] == static_cast<float>(feature_value(written[i / 1280], i % 1280)) ? 0 : 1;
    }
    for (std::size_t i = 0; i < visual.size(); ++i) {
      const double expected = feature_value(written[i / visual_video_values], i % visual_video_values);
      wrong += visual[i] == static_cast<float>(expected) ? 0 : 1;
    }
    CHECK(wrong == 0);
    std::vector<double> alone(3 * audio_video_values);
    data.read<double>(rows, alone, {});
    CHECK(alone[1280] == feature_value(101, 0));
    check_mentions(error_of([&] { data.read<float>(rows, audio, std::span<float>(visual).first(5)); }),
                   {"visual", "752640 values", "found 5"});
    check_mentions(error_of([&] { data.read<float>(std::vector<std::size_t>{8}, {}, {}); }), {"video row 8"});
  }
}

TEST_CASE("features, labels and annotations of different length") {
  small_ave ave;
  ave.shape_only("audio_feature.h5", {5, 10, 128});
  check_mentions(opening_error(ave), {"audio_feature.h5", "6 videos as in", "visual_feature.h5", "found 5"});
  // The number that people get who extract one row for each video id.
  ave.shape_only("audio_feature.h5", {4097, 10, 128});
  check_mentions(opening_error(ave), {"6 videos as in", "found 4097 (AVE has 4143 rows: 45 of its 4097 video ids"});
  ave.shape_only("audio_feature.h5", {6, 10, 128});
  ave.write_text("Annotations.txt", "Truck&a&good&0&3\n");
  check_mentions(opening_error(ave), {"Annotations.txt", "6 videos", "found 1 lines"});
  ave.write_annotations();
  std::vector<double> labels = ave.label_values();
  labels.resize(4 * 290);
  write_array(ave / "right_labels.h5", "avadataset", {4, 10, 29}, labels);
  check_mentions(opening_error(ave), {"right_labels.h5", "6 videos as in", "found 4"});
}

TEST_CASE("splits: empty, not needed, overlapping") {
  small_ave ave;
  ave.write_order("test_order.h5", {});
  const ave_dataset data = ave_dataset::open(ave.folder.path(), ave.options());
  CHECK_NOTHROW(data.order(split::train));
  check_mentions(error_of([&] { data.order(split::test); }), {"split test", "videos", "empty"});

  ave.remove("test_order.h5");
  ave_options options = ave.options();
  options.required = {split::train};
  const ave_dataset without = ave_dataset::open(ave.folder.path(), options);
  CHECK(without.order(split::validation).size() == 1);
  check_mentions(error_of([&] { without.order(split::test); }), {"test_order.h5", "no such file"});

  ave.write_order("test_order.h5", {1, 2, 5});
  ave.warnings.clear();
  ave_dataset::open(ave.folder.path(), ave.options());
  REQUIRE(ave.warnings.size() == 2);
  check_mentions(ave.warnings[1], {"test_order.h5", "2 videos", "another split", "row 2", "in train"});
}

TEST_CASE("chunks of several videos give a warning, unless there is a cache") {
  small_ave ave;
  ave.shape_only("visual_feature.h5", {6, 10, 7, 7, 512}, {stored_as::float32, {3, 1, 7, 7, 128}, 1});
  ave_options options = ave.options();
  ave_dataset::open(ave.folder.path(), options);
  REQUIRE(ave.warnings.size() == 2);
  check_mentions(ave.warnings[1], {"visual_feature.h5", "3 videos", "cache"});
  ave.warnings.clear();
  options.cache = true;
  ave_dataset::open(ave.folder.path(), options);
  CHECK(ave.warnings.size() == 1);
}

TEST_CASE("a stop ends the writing of a cache at any time, and the wait for another process") {
  for (const auto& chunk : {std::vector<hsize_t>{1, 10, 7, 7, 512}, std::vector<hsize_t>{3, 1, 7, 7, 128}}) {
    small_ave ave;
    ave.shape_only("visual_feature.h5", {6, 10, 7, 7, 512}, {stored_as::float32, chunk, 1});
    ave_options options = ave.options();
    options.cache = true;
    std::size_t asked = 0;
    for (std::size_t last = 1;; last += 5) {
      asked = 0;
      options.stop = [&] { return ++asked == last; };
      try {
        ave_dataset::open(ave.folder.path(), options);
        break;
      } catch (const vscg::stopped&) {
        CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache" / "visual_feature.float32.tmp"));
        CHECK_FALSE(std::filesystem::exists(ave / ".vscg_cache" / "audio_feature.float32.tmp"));
      }
    }
    CHECK(asked > 1);
    std::filesystem::remove(ave / ".vscg_cache" / "visual_feature.float32");
    vscg::locked_file other;
    CHECK(other.open(ave / ".vscg_cache" / "lock", "lock"));
    options.stop = [] { return true; };
    CHECK_THROWS_AS(ave_dataset::open(ave.folder.path(), options), vscg::stopped);
  }
}

TEST_CASE("the fingerprint follows the files") {
  small_ave ave;
  const auto open = [&] { return ave_dataset::open(ave.folder.path(), ave.options()).fingerprint(); };
  const std::uint64_t first = open();
  CHECK(open() == first);
  std::filesystem::last_write_time(ave / "right_labels.h5",
                                   std::filesystem::last_write_time(ave / "right_labels.h5") + std::chrono::seconds(2));
  const std::uint64_t second = open();
  CHECK(second != first);
  ave.write_text("Annotations.txt", ave.annotation_text() + "\n");
  CHECK(open() != second);
}
