// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/data/ave.hpp>
#include <vscg/data/labels.hpp>

#include "data/hdf5_fixture.hpp"
#include "support/temporary_folder.hpp"

// Tests on the small files of the real AVE data set, in the folder VSCG_AVE_DIR.

using namespace vscg::data;

namespace {

constexpr std::size_t real_videos = 4143;

std::filesystem::path real_folder() {
  const char* const found = std::getenv("VSCG_AVE_DIR");
  if (found == nullptr || *found == '\0') {
    std::puts("skipped: VSCG_AVE_DIR is not set");
    return {};
  }
  return found;
}

}  // namespace

TEST_CASE("real annotations agree with the real video labels") {
  const std::filesystem::path real = real_folder();
  if (real.empty()) return;
  const annotation_list list = read_annotations(real / "Annotations.txt");
  const std::vector<std::uint8_t> labels = read_video_labels(real / "mil_labels.h5");
  REQUIRE(list.entries.size() == real_videos);
  REQUIRE(labels.size() == real_videos);
  REQUIRE(list.category_names.size() == categories);
  std::size_t agree = 0;
  for (std::size_t row = 0; row < real_videos; ++row) agree += list.category_index[row] == labels[row] ? 1 : 0;
  CHECK(agree == real_videos);

  CHECK(list.empty_rows == std::vector<std::size_t>{26});
  CHECK(list.entries[26].video_id == "VWi2ENBuTbw");
  std::map<std::string, std::set<std::string>> categories_of_id;
  std::map<std::string, std::size_t> count;
  for (const annotation& entry : list.entries) {
    categories_of_id[entry.video_id].insert(entry.category);
    ++count[entry.video_id];
  }
  std::size_t twice = 0;
  for (const auto& [id, found] : categories_of_id) {
    CHECK(found.size() == count[id]);  // the same id always has another category
    twice += count[id] > 1 ? 1 : 0;
  }
  CHECK(twice == 45);
}

TEST_CASE("the real small files open as a data set, with features that have no numbers yet") {
  const std::filesystem::path real = real_folder();
  if (real.empty()) return;
  const temporary_folder folder;
  for (const auto& entry : std::filesystem::directory_iterator(real)) {
    std::filesystem::create_symlink(std::filesystem::absolute(entry.path()), folder / entry.path().filename().string());
  }
  hdf5_fixture_file(folder / "visual_feature.h5", "avadataset", {real_videos, 10, 7, 7, 512});
  hdf5_fixture_file(folder / "audio_feature.h5", "avadataset", {real_videos, 10, 128});
  hdf5_fixture_file(folder / "visual_feature_noisy.h5", "avadataset", {178, 10, 7, 7, 512});

  std::vector<std::string> warnings;
  ave_options options;
  options.setting = supervision::weakly;
  options.warn = [&](const std::string& text) { warnings.push_back(text); };
  const ave_dataset data = ave_dataset::open(folder.path(), options);
  REQUIRE(warnings.size() == 1);
  check_mentions(warnings[0], {"video row 26", "VWi2ENBuTbw", "without length"});
  CHECK(data.videos() == real_videos);
  CHECK(data.noisy_videos() == 178);

  std::vector<std::size_t> seen(real_videos, 0);
  for (const split part : {split::train, split::validation, split::test}) {
    for (const std::size_t row : data.order(part)) ++seen[row];
  }
  CHECK(seen == std::vector<std::size_t>(real_videos, 1));
  CHECK(data.order(split::train).size() == 3339);
  CHECK(data.order(split::validation).size() == 402);
  CHECK(data.order(split::test).size() == 402);
  std::size_t previous = 0, unsorted = 0, row_26 = 0;
  for (const std::size_t row : data.order(split::train)) {
    unsorted += data.category(row) < previous ? 1 : 0;
    previous = data.category(row);
    row_26 += row == 26 ? 1 : 0;
  }
  CHECK(unsorted == 0);
  CHECK(row_26 == 1);

  CHECK(data.tag(26)[background] == 1.0F);
  CHECK(data.category(26) == 0);
  CHECK(data.category_names()[0] == "Church bell");
  CHECK(data.category_names()[27] == "Mandolin");
  CHECK(data.segment_classes(1)[5] == background);  // Church bell, from 6 to 8
  CHECK(data.segment_classes(1)[6] == 0);
  CHECK(data.segment_classes(1)[8] == background);

  std::vector<std::size_t> noisy(178);
  for (std::size_t i = 0; i < noisy.size(); ++i) noisy[i] = real_videos + i;
  std::vector<float> audio(noisy.size() * audio_video_values);
  data.read<float>(noisy, audio, {});
  double sum = 0;
  std::size_t negative = 0;
  for (const float value : audio) {
    sum += static_cast<double>(value);
    negative += value < 0.0F ? 1 : 0;
  }
  CHECK(negative == 0);
  CHECK(sum > 0.0);
  CHECK(data.segment_classes(noisy.back())[9] == background);
}
