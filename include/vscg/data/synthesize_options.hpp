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

/// How a feature is stored. The files of the AVE data set are float64; the narrower ones save disk and time.
enum class stored_type { float64, float32, float16 };

/// What a control experiment is not given. `place`: every region of a segment shows the mean of all, so that attention
/// has nothing to choose from.
enum class withheld_sense { nothing, sound, sight, place };

/// How hard the synthetic videos are. Amplitudes are in the features' own units (audio values of an event lie around
/// 0.6, visual ones around 4). The defaults are chosen so that the released network reaches most, not all, of the
/// segments after some minutes, and so that no single sense can.
struct synthetic_difficulty {
  float audio_noise = 0.05F;    ///< mean of the active entries of the noise in the audio features
  float visual_noise = 0.4F;    ///< mean of the active entries of the noise in the visual features
  float ambience = 0.25F;       ///< strength of the sound that is in the whole video and in no category
  float clutter = 0.6F;         ///< share of the regions that hold a fragment of some object
  float instance = 0.3F;        ///< how much one dog differs from another: 0 not at all
  double mismatch = 0.3;        ///< share of background runs where something that does not fit replaces what is missing
  double moving = 0.1;          ///< share of silent objects, and of a patch's segments, that move like sounding ones
  std::size_t distractors = 2;  ///< objects in the map beside the one of the event
  double sound_only = 0.45;     ///< share of background runs where the event's sound goes on without its sight
  double sight_only = 0.45;     ///< share of background runs where the event's object is seen without its sound
};

/// How many videos `synthesize` writes, and how many of background beside them.
inline constexpr whole_range synthetic_videos{3, 1'000'000};
inline constexpr whole_range synthetic_noisy_videos{0, 1'000'000};

/// What `synthesize` writes.
struct synthesis_options {
  std::optional<std::size_t> videos;                 ///< rows; default: all annotations given, else 600
  std::optional<std::filesystem::path> annotations;  ///< an Annotations.txt whose rows are followed; default: generated
  std::optional<std::size_t> noisy;  ///< background videos; default: as many a row as in AVE (178 of 4,143)
  vscg::seed seed{1};
  stored_type type = stored_type::float64;
  withheld_sense withheld = withheld_sense::nothing;  ///< all else stays as it is: videos, labels, splits
  bool compress = false;                              ///< features chunked by video and deflated
  bool force = false;                                 ///< write into a directory that is not empty, replacing its files
  synthetic_difficulty difficulty{};
  /// Called before the first file is made: when all else is known to be right.
  std::function<void()> writing{};
  /// Called after each video with (written, all); what it throws ends the work and leaves no file.
  std::function<void(std::size_t, std::size_t)> progress{};
  /// Asked at least between two videos: `synthesize` throws vscg::stopped when it says so, and leaves no file.
  std::function<bool()> stop{};
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
