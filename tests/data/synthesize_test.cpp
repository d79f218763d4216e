// SPDX-License-Identifier: MIT
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <doctest/doctest.h>
#include <hdf5.h>

#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/synthesize.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg;
using namespace vscg::data;

namespace {

struct stored_array {
  std::vector<hsize_t> shape;
  std::vector<double> values;
  hid_t type = -1;
  bool chunked = false;
  ~stored_array() { H5Tclose(type); }
};

// Uses HDF5's plain calls, so that the library does not check itself.
stored_array read_back(const std::filesystem::path& path, const char* key = "avadataset") {
  stored_array result;
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  REQUIRE(file >= 0);
  const hid_t set = H5Dopen2(file, key, H5P_DEFAULT);
  REQUIRE(set >= 0);
  const hid_t space = H5Dget_space(set);
  result.shape.resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, result.shape.data(), nullptr);
  result.values.resize(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  REQUIRE(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.values.data()) >= 0);
  result.type = H5Dget_type(set);
  const hid_t plan = H5Dget_create_plist(set);
  result.chunked = H5Pget_layout(plan) == H5D_CHUNKED;
  H5Pclose(plan);
  H5Sclose(space);
  H5Dclose(set);
  H5Fclose(file);
  return result;
}

using extents = std::vector<hsize_t>;

synthesis_options small(std::size_t videos, std::uint64_t seed_value = 1) {
  synthesis_options options;
  options.videos = videos;
  options.noisy = 1;
  options.seed = seed{seed_value};
  return options;
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  if (!std::filesystem::exists(folder)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("the files have the names, keys, shapes and types of the AVE data set, and agree with each other") {
  const temporary_folder folder;
  const auto report = synthesize(folder.path(), small(20));
  CHECK(names_in(folder.path()) == std::set<std::string>{"visual_feature.h5", "audio_feature.h5", "right_labels.h5",
                                                         "mil_labels.h5", "prob_label.h5", "visual_feature_noisy.h5",
                                                         "audio_feature_noisy.h5", "labels_noisy.h5", "train_order.h5",
                                                         "val_order.h5", "test_order.h5", "Annotations.txt"});
  const auto audio = read_back(folder / "audio_feature.h5"), visual = read_back(folder / "visual_feature.h5");
  CHECK(audio.shape == extents{20, 10, 128});
  CHECK(visual.shape == extents{20, 10, 7, 7, 512});
  CHECK(H5Tequal(audio.type, H5T_IEEE_F64LE) > 0);
  CHECK(H5Tequal(visual.type, H5T_IEEE_F64LE) > 0);
  CHECK_FALSE(visual.chunked);
  CHECK(read_back(folder / "audio_feature_noisy.h5").shape == extents{1, 10, 128});
  CHECK(read_back(folder / "visual_feature_noisy.h5").shape == extents{1, 10, 7, 7, 512});
  const auto noisy = read_back(folder / "labels_noisy.h5");
  CHECK(noisy.shape == extents{1, 29});
  CHECK(noisy.values[28] == 1.0);

  // Like the real features: never negative, mostly zero, now and then large.
  for (const auto* found : {&audio, &visual}) {
    std::size_t zeros = 0;
    double largest = 0;
    for (const double value : found->values) {
      CHECK_UNARY(value >= 0.0);
      zeros += value == 0.0 ? 1U : 0U;
      largest = std::max(largest, value);
    }
    const double share = static_cast<double>(zeros) / static_cast<double>(found->values.size());
    CHECK(share > (found == &visual ? 0.6 : 0.2));
    CHECK(share < 0.9);
    CHECK(largest > (found == &visual ? 8.0 : 1.0));
    CHECK(largest < (found == &visual ? 60.0 : 5.0));
  }

  const auto right = read_back(folder / "right_labels.h5"), mil = read_back(folder / "mil_labels.h5"),
             share = read_back(folder / "prob_label.h5");
  CHECK(right.shape == extents{20, 10, 29});
  CHECK(mil.shape == extents{20, 29});
  CHECK(share.shape == extents{20, 29});
  CHECK(H5Tequal(mil.type, H5T_IEEE_F32LE) > 0);
  const annotation_list lines = read_annotations(folder / "Annotations.txt");
  REQUIRE(lines.entries.size() == 20);
  double found_background = 0;
  for (std::size_t row = 0; row < 20; ++row) {
    CHECK(lines.entries[row].quality == "good");
    CHECK(lines.entries[row].video_id.size() == 11);
    CHECK(lines.entries[row].category == ave_categories[lines.category_index[row]]);
    CHECK(mil.values[row * 29 + lines.category_index[row]] == 1.0);
    for (std::size_t c = 0; c < 29; ++c) {
      double segments_of_class = 0;
      for (std::size_t t = 0; t < 10; ++t) {
        const double expected = lines.segment_class(row, t) == c ? 1.0 : 0.0;
        CHECK(right.values[(row * 10 + t) * 29 + c] == expected);
        segments_of_class += expected;
      }
      CHECK(share.values[row * 29 + c] == doctest::Approx(segments_of_class / 10));
      if (c == 28) found_background += segments_of_class / 200;
    }
  }
  CHECK(report.background == doctest::Approx(found_background));
  CHECK(report.background > 0.2);
  CHECK(report.background < 0.7);

  std::set<double> rows;
  for (const char* name : {"train_order.h5", "val_order.h5", "test_order.h5"}) {
    const auto order = read_back(folder / name, "order");
    CHECK(order.shape.size() == 1);
    CHECK(H5Tequal(order.type, H5T_STD_I64LE) > 0);
    for (const double row : order.values) CHECK(rows.insert(row).second);
  }
  CHECK(rows.size() == 20);
  CHECK(*rows.rbegin() == 19.0);
  CHECK(report.train == 16);
  CHECK(report.validation == 2);
  CHECK(report.test == 2);
}

TEST_CASE("the reader of the AVE data set takes a synthesized one without a warning") {
  const temporary_folder folder;
  synthesis_options options = small(28);
  options.noisy = 2;
  options.type = stored_type::float16;
  synthesize(folder.path(), options);
  for (const supervision setting : {supervision::fully, supervision::weakly}) {
    std::vector<std::string> warnings;
    ave_options reading;
    reading.setting = setting;
    reading.warn = [&](const std::string& text) { warnings.push_back(text); };
    const ave_dataset set = ave_dataset::open(folder.path(), reading);
    CHECK(warnings.empty());
    CHECK(set.videos() == 28);
    CHECK(set.noisy_videos() == (setting == supervision::weakly ? 2 : 0));
    for (std::size_t c = 0; c < 28; ++c) CHECK(set.category_names()[c] == ave_categories[c]);
    CHECK(set.category(27) == 27);
  }
}

TEST_CASE("a row depends on seed and row, not on how many there are or how they are stored") {
  const temporary_folder folder;
  synthesize(folder / "few", small(5));
  synthesize(folder / "many", small(8));
  synthesize(folder / "other", small(5, 2));
  synthesis_options narrow = small(5);
  narrow.type = stored_type::float32;
  narrow.compress = true;
  synthesize(folder / "narrow", narrow);
  narrow.type = stored_type::float16;
  synthesize(folder / "half", narrow);
  for (const char* name : {"audio_feature.h5", "visual_feature.h5"}) {
    const auto few = read_back(folder / "few" / name), many = read_back(folder / "many" / name),
               other = read_back(folder / "other" / name), float32 = read_back(folder / "narrow" / name),
               float16 = read_back(folder / "half" / name);
    const std::size_t width = few.values.size() / 5;
    CHECK(std::equal(few.values.begin(), few.values.end(), many.values.begin()));
    CHECK(few.values != other.values);
    CHECK(few.values == float32.values);  // features are made as float
    CHECK(float32.chunked);
    CHECK(float32.shape == few.shape);
    CHECK(H5Tequal(float32.type, H5T_IEEE_F32LE) > 0);
    CHECK(H5Tget_size(float16.type) == 2);
    double worst = 0;
    for (std::size_t i = 0; i < few.values.size(); ++i) {
      worst = std::max(worst, std::abs(float16.values[i] - few.values[i]) - few.values[i] * 0x1p-11);
    }
    CHECK(worst < 0x1p-25);  // half the spacing of the smallest half-precision numbers
    for (std::size_t row = 1; row < 5; ++row) {
      CHECK_FALSE(std::equal(few.values.begin(), few.values.begin() + static_cast<std::ptrdiff_t>(width),
                             few.values.begin() + static_cast<std::ptrdiff_t>(row * width)));
    }
  }
  // Noisy videos do not repeat rows.
  const auto noisy = read_back(folder / "few" / "audio_feature_noisy.h5"),
             rows = read_back(folder / "few" / "audio_feature.h5");
  CHECK_FALSE(std::equal(noisy.values.begin(), noisy.values.end(), rows.values.begin()));
}

TEST_CASE("given annotations are followed, an empty span too") {
  const temporary_folder folder;
  std::ofstream(folder / "given.txt")
      << "Zebra&aaaaaaaaaaa&good&0&10\nApe, great&bbbbbbbbbbb&fair&3&3\nZebra&aaaaaaaaaaa&good&2&5\n";
  synthesis_options options = small(3);
  options.videos.reset();
  options.annotations = folder / "given.txt";
  synthesize(folder / "out", options);
  std::ifstream given(folder / "given.txt"), written(folder / "out" / "Annotations.txt");
  CHECK(std::string(std::istreambuf_iterator<char>(given), {}) ==
        std::string(std::istreambuf_iterator<char>(written), {}));
  const auto right = read_back(folder / "out" / "right_labels.h5"), mil = read_back(folder / "out" / "mil_labels.h5");
  CHECK(right.shape == extents{3, 10, 29});
  for (std::size_t t = 0; t < 10; ++t) {
    CHECK(right.values[t * 29 + 0] == 1.0);
    CHECK(right.values[(10 + t) * 29 + 28] == 1.0);
    CHECK(right.values[(20 + t) * 29 + (2 <= t && t < 5 ? 0 : 28)] == 1.0);
  }
  CHECK(mil.values[29 + 1] == 1.0);

  options.videos = 4;
  check_mentions(error_of([&] { synthesize(folder / "more", options); }), {"videos", "at most the 3", "found 4"});
  std::ofstream(folder / "given.txt") << "Zebra&aaaaaaaaaaa&good&0\n";
  check_mentions(error_of([&] { synthesize(folder / "more", options); }), {"given.txt", "line 1"});
  options.annotations = folder / "none.txt";
  check_mentions(error_of([&] { synthesize(folder / "more", options); }), {"none.txt"});
  CHECK(names_in(folder.path()) == std::set<std::string>{"given.txt", "out"});
}

TEST_CASE("splits cover the rows once, hold every category and are sorted by it, like the real ones") {
  std::vector<synthetic_event> events;
  for (std::size_t row = 0; row < 560; ++row) events.push_back(generate_event(seed{3}, row));
  const synthetic_splits splits = split_rows(events, 56, seed{3});
  CHECK(splits.validation.size() == 56);
  CHECK(splits.test.size() == 56);
  std::vector<std::int64_t> all;
  for (const auto* part : {&splits.train, &splits.validation, &splits.test}) {
    std::array<int, 28> count{};
    std::size_t last = 0;
    for (const std::int64_t row : *part) {
      const std::size_t category = events[static_cast<std::size_t>(row)].category;
      CHECK(category >= last);
      last = category;
      ++count[category];
      all.push_back(row);
    }
    for (const int n : count) CHECK(n == (part == &splits.train ? 16 : 2));
  }
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < 560; ++i) CHECK(all[i] == static_cast<std::int64_t>(i));
  CHECK(split_rows(events, 56, seed{4}).test != splits.test);
  CHECK(split_rows(events, 56, seed{3}).test == splits.test);
}

TEST_CASE("the real annotations are split as in the real data set") {
  const char* const real = std::getenv("VSCG_AVE_DIR");
  if (real == nullptr) {
    std::puts("skipped: VSCG_AVE_DIR is not set");
    return;
  }
  const auto events = read_events(std::filesystem::path(real) / "Annotations.txt");
  REQUIRE(events.size() == 4143);
  for (std::size_t row = 0, known = 0; row < events.size(); ++row) {
    CHECK(events[row].text.category == ave_categories[events[row].category]);
    known = std::max(known, events[row].category);
    if (row + 1 == events.size()) CHECK(known == 27);
  }
  const synthetic_splits splits = split_rows(events, 402, seed{1});
  CHECK(splits.train.size() == 3339);
  CHECK(splits.validation.size() == 402);
  CHECK(splits.test.size() == 402);
}

TEST_CASE("a directory that is not empty is refused, and with force only the set's own files are replaced") {
  const temporary_folder folder;
  std::ofstream(folder / "mine.txt") << "keep";
  std::ofstream(folder / "labels_noisy.h5") << "of an earlier set";
  synthesis_options options = small(3);
  check_mentions(error_of([&] { synthesize(folder.path(), options); }),
                 {folder.path().string(), "empty directory", "--force"});
  CHECK(names_in(folder.path()) == std::set<std::string>{"mine.txt", "labels_noisy.h5"});
  options.force = true;
  options.noisy = 0;
  synthesize(folder.path(), options);
  CHECK(std::filesystem::exists(folder / "visual_feature.h5"));
  CHECK_FALSE(std::filesystem::exists(folder / "labels_noisy.h5"));
  CHECK(std::filesystem::file_size(folder / "mine.txt") == 4);
  synthesize(folder.path(), options);
}

TEST_CASE("what a killed run left is not a data set and does not get in the way") {
  const temporary_folder folder;
  std::filesystem::create_directory(folder / synthesis::workshop::name);
  std::ofstream(folder / synthesis::workshop::name / "visual_feature.h5") << "half";
  synthesize(folder.path(), small(3));
  CHECK_FALSE(std::filesystem::exists(folder / synthesis::workshop::name));
  CHECK(read_back(folder / "visual_feature.h5").shape == extents{3, 10, 7, 7, 512});
}

TEST_CASE("stopped or failing, it leaves no file behind") {
  const temporary_folder folder;
  synthesis_options options = small(4);
  std::size_t called = 0;
  options.progress = [&](std::size_t written, std::size_t all) {
    CHECK(written == ++called);
    CHECK(all == 5);
    CHECK(names_in(folder / "out") == std::set<std::string>{synthesis::workshop::name});
    if (written == 3) throw expectation_error("enough");
  };
  CHECK(error_of([&] { synthesize(folder / "out", options); }) == "enough");
  CHECK(called == 3);
  CHECK(names_in(folder / "out").empty());

  // Stops at every question, up to the one after the last file.
  options.progress = {};
  for (std::size_t last = 1; last < 100; last += 4) {
    std::size_t asked = 0;
    options.stop = [&] { return ++asked == last; };
    CAPTURE(last);
    try {
      synthesize(folder / "out", options);
      CHECK(asked > 15);
      break;
    } catch (const vscg::stopped&) {
      CHECK_FALSE(std::filesystem::exists(folder / "out"));
    }
  }
  std::filesystem::remove_all(folder / "out");
  options.stop = {};

  // This process sees a disk that is full after 4 MB.
  options.progress = {};
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit little = before;
  little.rlim_cur = 4'000'000;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &little) == 0);
  const std::string text = error_of([&] { synthesize(folder / "out", options); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  check_mentions(text, {"visual_feature.h5", "cannot write", "File too large"});
  CHECK(names_in(folder / "out").empty());

  std::ofstream(folder / "file") << "no directory";
  check_mentions(error_of([&] { synthesize(folder / "file" / "out", options); }),
                 {"file/out", "cannot create the directory"});
  check_mentions(error_of([&] { synthesize("/proc/vscg", options); }), {"/proc/vscg", "cannot create the directory"});
  check_mentions(error_of([&] { synthesize(folder / "out", small(2)); }), {"videos", "at least 3", "found 2"});
  for (const std::size_t many : {std::size_t{1'000'001}, std::size_t(-1)}) {
    check_mentions(error_of([&] { synthesize(folder / "out", small(many)); }), {"videos", "from 3 to 1000000"});
  }
}
