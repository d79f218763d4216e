// SPDX-License-Identifier: MIT
#include <cstddef>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <vscg/data/ave.hpp>
#include <vscg/data/synthesize.hpp>
#include <vscg/train/ave/data_identity.hpp>

#include "support/temporary_folder.hpp"

using namespace vscg::data;

namespace {

std::uint64_t identity(const std::filesystem::path& dir, supervision setting = supervision::fully) {
  ave_options options;
  options.setting = setting;
  return vscg::train::data_identity(ave_dataset::open(dir, options));
}

synthesis_options twelve_videos(std::uint64_t seed) {
  synthesis_options options;
  options.videos = 12;
  options.noisy = 2;
  options.type = stored_type::float16;
  options.seed = vscg::seed{seed};
  return options;
}

}  // namespace

TEST_CASE("a data set is the same wherever it is stored, and differs when anything in it does") {
  const temporary_folder here;
  const auto one = here / "one";
  synthesize(one, twelve_videos(1));
  const auto known = identity(one);

  const auto moved = here / "moved";
  std::filesystem::copy(one, moved);
  CHECK(identity(moved) == known);
  // Noisy videos belong only to weak training.
  CHECK(identity(one, supervision::weakly) != known);

  const auto other = here / "other";
  synthesize(other, twelve_videos(2));
  CHECK(identity(other) != known);
  const auto replaced = [&](const std::string& name, const std::filesystem::path& by) {
    const auto mixed = here / "mixed";
    std::filesystem::copy(one, mixed);
    std::filesystem::copy_file(by, mixed / name, std::filesystem::copy_options::overwrite_existing);
    const auto found = identity(mixed);
    std::filesystem::remove_all(mixed);
    return found;
  };
  for (const std::string name : {"visual_feature.h5", "audio_feature.h5", "right_labels.h5"}) {
    CAPTURE(name);
    CHECK(replaced(name, other / name) != known);
  }
  CHECK(replaced("val_order.h5", one / "test_order.h5") != known);
  CHECK(replaced("val_order.h5", one / "val_order.h5") == known);
}
