// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/data/feature_cache.hpp>
#include <vscg/data/types.hpp>
#include <vscg/files/file_presence.hpp>

namespace vscg::data {

/// The names that people give the files of the AVE data set; the first one that is there is used.
namespace file_names {
using list = std::span<const std::string_view>;

inline constexpr std::string_view visual[] = {"visual_feature.h5", "visual_features.h5"};
inline constexpr std::string_view audio[] = {"audio_feature.h5", "audio_features.h5"};
// The authors of AVE corrected labels.h5 later as right_labels.h5.
inline constexpr std::string_view labels[] = {"right_labels.h5", "right_label.h5", "labels.h5", "label.h5"};
inline constexpr std::string_view video_labels[] = {"mil_labels.h5", "mil_label.h5"};
inline constexpr std::string_view shares[] = {"prob_label.h5", "prob_labels.h5"};
inline constexpr std::string_view noisy_visual[] = {"visual_feature_noisy.h5", "visual_features_noisy.h5"};
inline constexpr std::string_view noisy_audio[] = {"audio_feature_noisy.h5", "audio_features_noisy.h5"};
inline constexpr std::string_view noisy_labels[] = {"labels_noisy.h5", "label_noisy.h5"};
inline constexpr std::string_view annotations[] = {"Annotations.txt", "annotations.txt"};
inline constexpr std::string_view train_order[] = {"train_order.h5"};
inline constexpr std::string_view validation_order[] = {"val_order.h5", "validation_order.h5"};
inline constexpr std::string_view test_order[] = {"test_order.h5"};

/// Names of a split's order file.
constexpr list order(split part) {
  return part == split::train        ? list(train_order)
         : part == split::validation ? list(validation_order)
                                     : list(test_order);
}
}  // namespace file_names

/// Finds files in the folder of a data set and remembers which ones were used.
class ave_folder {
 public:
  /// Throws vscg::expectation_error if `dir` is not a folder.
  explicit ave_folder(const std::filesystem::path& dir) : dir_(dir) {
    if (!folder_is_there(dir)) {
      throw expectation_error("data folder " + dir.string(), "a folder with the files of the AVE data set",
                              "nothing of this name");
    }
  }

  const std::filesystem::path& dir() const { return dir_; }

  /// The first of `candidates` that is there. Throws vscg::expectation_error if it cannot be read, such as a link to
  /// nowhere: what the folder was meant to hold must not be silently replaced by another file or by something rebuilt.
  std::optional<std::filesystem::path> find(file_names::list candidates) {
    for (const std::string_view name : candidates) {
      const std::filesystem::path path = dir_ / name;
      if (!file_is_there(path)) continue;
      const file_state state = file_state::of(path);
      fingerprint_ =
          fnv1a(std::string(name) + ":" + std::to_string(state.size) + ":" + std::to_string(state.changed_nanoseconds),
                fingerprint_);
      return path;
    }
    return std::nullopt;
  }

  /// Like find(), but throws vscg::expectation_error, with the names accepted, if there is none.
  std::filesystem::path require(file_names::list candidates) {
    if (const auto path = find(candidates)) return *path;
    throw expectation_error("data folder " + dir_.string(), either(candidates), "no such file");
  }

  /// "a or b"
  static std::string either(file_names::list candidates) {
    std::string text;
    for (const std::string_view name : candidates) {
      if (!text.empty()) text += " or ";
      text += name;
    }
    return text;
  }

  /// A fingerprint of the names, sizes and times of the files found so far.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::filesystem::path dir_;
  std::uint64_t fingerprint_ = fnv1a("vscg ave");
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
