// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <vscg/core/config.hpp>

namespace vscg::data {

/// How a network is trained: with the class of every second, or with the shares of the classes over the whole video.
enum class supervision { fully, weakly };

/// The three parts of the data set.
enum class split { train, validation, test };

/// "train", "validation" or "test".
inline const char* name_of(split part) {
  return part == split::train ? "train" : part == split::validation ? "validation" : "test";
}

// Sizes of the AVE data set: every video has ten seconds; a second has 7 x 7 image regions of 512 visual channels and
// 128 audio channels; classes 0..27 are event categories, class 28 means that nothing is both seen and heard.
inline constexpr std::size_t segments = 10;
inline constexpr std::size_t regions = 49;
inline constexpr std::size_t visual_channels = 512;
inline constexpr std::size_t audio_channels = 128;
inline constexpr std::size_t categories = 28;
inline constexpr std::size_t classes = 29;
inline constexpr std::size_t background = 28;

/// The number of values of one second and of one video.
inline constexpr std::size_t visual_segment_values = regions * visual_channels;
inline constexpr std::size_t visual_video_values = segments * visual_segment_values;
inline constexpr std::size_t audio_video_values = segments * audio_channels;

/// What to open, and how.
struct ave_options {
  supervision setting = supervision::fully;

  /// Keep a float32 copy of the features in `<dir>/.vscg_cache`, memory-mapped: half the size of the float64 files, and
  /// the way to train from compressed files. Reading it as double gives the values rounded to float.
  bool cache = false;

  /// Called with one line for everything that is odd but usable. May be empty.
  std::function<void(const std::string&)> warn;

  /// Called with (videos done, videos in all) while a cache is written. May be empty.
  std::function<void(std::size_t, std::size_t)> cache_progress;

  /// Asked repeatedly while a cache is waited for and written: when it says so, opening throws vscg::stopped and leaves
  /// nothing half-written.
  std::function<bool()> stop;

  /// Splits whose order file must be there; the others are read if they are there.
  std::vector<split> required = {split::train, split::validation, split::test};

  /// Whether labels (a label file or Annotations.txt) must be there. Localizing needs only the features.
  bool labels_required = true;
};

/// One line of Annotations.txt; the event lasts from `start` to `end`, in seconds, `end` excluded.
struct annotation {
  std::string category, video_id, quality;
  int start = 0, end = 0;
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
