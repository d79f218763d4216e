// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/data/types.hpp>
#include <vscg/io/npy_file.hpp>
#include <vscg/train/ave/windows.hpp>

#include "networks/network.hpp"
#include "programs/features.hpp"
#include "programs/weights.hpp"

// A video that is not ten seconds long, seen through windows of ten seconds.

namespace programs {

/// The seconds of the one video whose audio features a .npy file [S, 128] holds; 0 if it holds no such array, or a
/// video of ten seconds, which needs no windows.
inline std::size_t seconds_of_other_length(const std::filesystem::path& audio) {
  const auto shape = vscg::io::npy_file(audio).shape();
  const bool one = shape.size() == 2 && shape[1] == vscg::data::audio_channels && shape[0] != vscg::data::segments;
  return one ? shape[0] : 0;
}

/// The windows of a video in two .npy files: audio [S, 128], visual [S, 7, 7, 512].
class npy_windows final : public networks::feature_source {
 public:
  npy_windows(const std::filesystem::path& audio, const std::filesystem::path& visual,
              std::optional<std::size_t> overlap)
      : audio_(audio),
        visual_(visual),
        seconds_(audio_.shape()[0]),
        starts_(
            vscg::train::window_starts(seconds_, vscg::data::segments, overlap.value_or(vscg::data::segments / 2))) {
    const std::vector<std::size_t> expected{seconds_, 7, 7, vscg::data::visual_channels};
    if (visual_.shape() != expected) {
      throw vscg::expectation_error(visual.string(),
                                    vscg::shape_text(expected) + ", as many seconds as in " + audio.string(),
                                    vscg::shape_text(visual_.shape()));
    }
  }

  std::size_t seconds() const { return seconds_; }
  const std::vector<std::size_t>& starts() const { return starts_; }

  std::size_t videos() const override { return starts_.size(); }
  void read(std::size_t first, std::span<float> audio, std::span<float> visual) const override {
    read_windows(audio_, first, audio, vscg::data::audio_channels);
    read_windows(visual_, first, visual, vscg::data::visual_segment_values);
  }
  void read(std::size_t first, std::span<double> audio, std::span<double> visual) const override {
    read_windows(audio_, first, audio, vscg::data::audio_channels);
    read_windows(visual_, first, visual, vscg::data::visual_segment_values);
  }

 private:
  template <class T>
  void read_windows(const vscg::io::npy_file& file, std::size_t first, std::span<T> out, std::size_t of_second) const {
    const std::size_t of_window = vscg::data::segments * of_second;
    const std::size_t present = std::min(seconds_, vscg::data::segments);
    for (std::size_t i = 0; i < out.size() / of_window; ++i) {
      const auto window = out.subspan(i * of_window, of_window);
      read_finite(file, starts_[first + i] * of_second, window.first(present * of_second),
                  [&](std::size_t at) { return "second " + std::to_string(at / of_second); });
      vscg::train::repeat_last_second(window, present, of_second);
    }
  }

  vscg::io::npy_file audio_, visual_;
  std::size_t seconds_;
  std::vector<std::size_t> starts_;
};

/// What the windows of a video say together.
struct joined_windows {
  std::vector<std::uint8_t> classes;  ///< [S]
  std::vector<float> scores;          ///< [S, 29]
  std::vector<float> attention;       ///< [S, 49], the mean of the windows'
};

inline joined_windows localize_windows(networks::network& network, const npy_windows& windows, double threshold) {
  using namespace vscg::data;
  vscg::train::window_votes votes(windows.seconds(), categories);
  vscg::train::window_means attention(windows.seconds(), regions);
  localize(network, windows, threshold, [&](const networks::localization& said) {
    for (std::size_t i = 0; i < said.videos; ++i) {
      const auto of_window = [&](const auto& all) {
        return std::span(all).subspan(i * all.size() / said.videos, all.size() / said.videos);
      };
      const std::size_t start = windows.starts()[said.first + i];
      votes.add(start, of_window(said.classes), of_window(said.scores));
      attention.add(start, of_window(said.attention));
    }
  });
  return {votes.classes(), votes.scores(), attention.values()};
}

}  // namespace programs
