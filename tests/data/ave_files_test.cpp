// SPDX-License-Identifier: MIT
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <vscg/data/ave_dataset.hpp>

#include "data/hdf5_fixture.hpp"
#include "data/opening_error.hpp"
#include "support/error_of.hpp"

using namespace vscg::data;

TEST_CASE("missing folders and files: the error lists the accepted names") {
  small_ave ave;
  check_mentions(error_of([] { ave_dataset::open("/nowhere/ave", {}); }),
                 {"/nowhere/ave", "folder", "nothing of this"});
  check_mentions(error_of([&] { ave_dataset::open(ave / "Annotations.txt", {}); }), {"something else"});
  for (const char* name : {"visual_feature.h5", "audio_feature.h5", "val_order.h5"}) {
    small_ave broken;
    broken.remove(name);
    check_mentions(opening_error(broken), {name, "no such file"});
  }
}

TEST_CASE("a file that is there but cannot be read is an error, and nothing takes its place") {
  const auto weakly = supervision::weakly;
  for (const char* name : {"right_labels.h5", "Annotations.txt", "prob_label.h5", "mil_labels.h5", "visual_feature.h5",
                           "audio_feature.h5", "visual_feature_noisy.h5", "audio_feature_noisy.h5", "labels_noisy.h5",
                           "train_order.h5", "val_order.h5", "test_order.h5"}) {
    CAPTURE(std::string(name));
    small_ave ave;
    ave.write_weak();
    // Files that could be taken for it: the uncorrected labels, the other spelling.
    ave.write_labels("labels.h5");
    ave.write_order("validation_order.h5", {3});
    std::filesystem::copy(ave / "visual_feature.h5", ave / "visual_features.h5");
    std::filesystem::copy(ave / "prob_label.h5", ave / "prob_labels.h5");
    ave.remove(name);
    std::filesystem::create_symlink("../.git/annex/objects/1f", ave / name);
    CHECK(opening_error(ave, weakly) ==
          (ave / name).string() +
              ": expected a readable file, found a link to ../.git/annex/objects/1f where there is nothing");
    ave.remove(name);
    std::filesystem::create_directory(ave / name);
    check_mentions(opening_error(ave, weakly), {name, "expected a readable file, found a directory"});
    ave.remove(name);
    std::filesystem::create_symlink(name, ave / name);
    check_mentions(opening_error(ave, weakly), {name, "that leads in a circle"});
  }
  small_ave ave;
  ave_options options = ave.options();
  options.required = {};
  options.labels_required = false;
  ave.remove("test_order.h5");
  std::filesystem::create_symlink("nowhere", ave / "test_order.h5");
  check_mentions(error_of([&] { ave_dataset::open(ave.folder.path(), options); }), {"test_order.h5", "nowhere"});
  ave.remove("test_order.h5");
  options.cache = true;
  std::filesystem::create_symlink("unmounted", ave / ".vscg_cache");
  check_mentions(error_of([&] { ave_dataset::open(ave.folder.path(), options); }), {".vscg_cache"});
  std::filesystem::create_symlink("unmounted", ave / "ave");
  check_mentions(error_of([&] { ave_dataset::open(ave / "ave", options); }),
                 {"/ave: expected a folder, found a link to unmounted where there is nothing"});
}
