// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/types.hpp>
#include <vscg/io/npy_file.hpp>

#include "networks/network.hpp"

namespace programs {

/// Rows of a data set.
class ave_features final : public networks::feature_source {
 public:
  ave_features(vscg::data::ave_dataset data, std::vector<std::size_t> rows)
      : data_(std::move(data)), rows_(std::move(rows)) {}

  std::size_t videos() const override { return rows_.size(); }
  void read(std::size_t first, std::span<float> audio, std::span<float> visual) const override {
    read_rows(first, audio, visual);
  }
  void read(std::size_t first, std::span<double> audio, std::span<double> visual) const override {
    read_rows(first, audio, visual);
  }

 private:
  template <class T>
  void read_rows(std::size_t first, std::span<T> audio, std::span<T> visual) const {
    const std::size_t count = audio.size() / vscg::data::audio_video_values;
    data_.read(std::span(rows_).subspan(first, count), audio, visual);
  }

  vscg::data::ave_dataset data_;
  std::vector<std::size_t> rows_;
};

/// Features of one video or of several in two .npy files: audio [10, 128] or [N, 10, 128], visual [10, 7, 7, 512] or
/// [N, 10, 7, 7, 512].
class npy_features final : public networks::feature_source {
 public:
  npy_features(const std::filesystem::path& audio, const std::filesystem::path& visual)
      : audio_(audio), visual_(visual), videos_(count(audio_, {10, 128})) {
    const std::size_t seen = count(visual_, {10, 7, 7, 512});
    if (seen != videos_) {
      throw vscg::expectation_error(visual.string(), std::to_string(videos_) + " videos as in " + audio.string(),
                                    std::to_string(seen));
    }
  }

  std::size_t videos() const override { return videos_; }
  void read(std::size_t first, std::span<float> audio, std::span<float> visual) const override {
    read_both(first, audio, visual);
  }
  void read(std::size_t first, std::span<double> audio, std::span<double> visual) const override {
    read_both(first, audio, visual);
  }

 private:
  static std::size_t count(const vscg::io::npy_file& file, std::vector<std::size_t> video) {
    auto several = file.shape();
    if (several.size() == video.size()) several.insert(several.begin(), 1);
    const std::string one = vscg::shape_text(video);
    if (several.size() != video.size() + 1 || !std::equal(video.begin(), video.end(), several.begin() + 1)) {
      throw vscg::expectation_error(file.path().string(), one + " or [N, " + one.substr(1),
                                    vscg::shape_text(file.shape()));
    }
    if (several[0] == 0) throw vscg::expectation_error(file.path().string(), "at least one video", "none");
    return several[0];
  }

  template <class T>
  void read_both(std::size_t first, std::span<T> audio, std::span<T> visual) const {
    read_finite(audio_, first * vscg::data::audio_video_values, audio, vscg::data::audio_channels);
    read_finite(visual_, first * vscg::data::visual_video_values, visual, vscg::data::visual_segment_values);
  }

  template <class T>
  static void read_finite(const vscg::io::npy_file& file, std::size_t first, std::span<T> out, std::size_t segment) {
    file.read(first, out);
    const std::size_t bad = vscg::first_not_finite(std::span<const T>(out));
    if (bad == out.size()) return;
    const std::size_t at = (first + bad) / segment;
    throw vscg::expectation_error(file.path().string() + ": video " + std::to_string(at / vscg::data::segments) +
                                      ", segment " + std::to_string(at % vscg::data::segments),
                                  "finite features", vscg::not_finite_text(out[bad]));
  }

  vscg::io::npy_file audio_, visual_;
  std::size_t videos_;
};

}  // namespace programs
