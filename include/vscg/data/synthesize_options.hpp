// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <vscg/core/random.hpp>
#include <vscg/core/range.hpp>

namespace vscg::data {

/// How a feature is stored. The AVE data set's files are float64; the narrower types save disk and time.
enum class stored_type { float64, float32, float16 };

/// What a control experiment withholds. `place`: every region of a segment shows the mean of all, so that attention has
/// nothing to choose from.
enum class withheld_sense { nothing, sound, sight, place };

/// How hard the synthetic videos are. Amplitudes are in the features' own units (audio values of an event are around
/// 0.6, visual ones around 4). With the defaults the released network gets most, but not all, of the segments right
/// after some minutes, and no single sense is enough.
struct synthetic_difficulty {
  float audio_noise = 0.05F;    ///< mean of the active entries of the noise in the audio features
  float visual_noise = 0.4F;    ///< mean of the active entries of the noise in the visual features
  float ambience = 0.25F;       ///< strength of a sound that lasts the whole video and belongs to no category
  float clutter = 0.6F;         ///< strength of a patch of some look, relative to an object
  float instance = 0.3F;        ///< how much one dog differs from another: 0 not at all
  double mismatch = 0.3;        ///< share of background runs where something unfitting replaces what is missing
  double moving = 0.1;          ///< share of silent objects, and of a patch's segments, that move like sounding ones
  std::size_t distractors = 2;  ///< objects in the picture besides the event's
  double sound_only = 0.45;     ///< share of background runs where the event's sound goes on without its sight
  double sight_only = 0.45;     ///< share of background runs where the event's object is seen without its sound
};

/// How many videos `synthesize` can write, and how many background videos in addition.
inline constexpr whole_range synthetic_videos{3, 1'000'000};
inline constexpr whole_range synthetic_noisy_videos{0, 1'000'000};

/// What `synthesize` writes.
struct synthesis_options {
  std::optional<std::size_t> videos;                 ///< rows; default: all given annotations, else 600
  std::optional<std::filesystem::path> annotations;  ///< an Annotations.txt to follow row by row; default: generated
  std::optional<std::size_t> noisy;  ///< background videos; default: the same share as in AVE (178 for 4,143)
  vscg::seed seed{1};
  stored_type type = stored_type::float64;
  withheld_sense withheld = withheld_sense::nothing;  ///< everything else stays: videos, labels, splits
  bool compress = false;                              ///< features chunked by video and deflated
  bool force = false;                                 ///< write into a directory that is not empty, replacing its files
  synthetic_difficulty difficulty{};
  /// Called before the first file is made, when everything else is known to be right.
  std::function<void()> writing{};
  /// Called after each video with (written, all); an exception from it ends the work and leaves no file.
  std::function<void(std::size_t, std::size_t)> progress{};
  /// Asked at least between two videos: when it says so, `synthesize` throws vscg::stopped and leaves no file.
  std::function<bool()> stop{};
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
