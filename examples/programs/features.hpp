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

/// Reads numbers `first` … of a .npy file of features. Throws vscg::expectation_error that says where a number is not
/// finite: `where` names the place of a number in the file.
template <class T, class Where>
void read_finite(const vscg::io::npy_file& file, std::size_t first, std::span<T> out, Where where) {
  file.read(first, out);
  const std::size_t bad = vscg::first_not_finite(std::span<const T>(out));
  if (bad == out.size()) return;
  throw vscg::expectation_error(file.path().string() + ": " + where(first + bad), "finite features",
                                vscg::not_finite_text(out[bad]));
}

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
      throw vscg::expectation_error(
          file.path().string(),
          one + ", [N, " + one.substr(1) + ", or [S" + one.substr(one.find(',')) + " of one video of S seconds",
          vscg::shape_text(file.shape()));
    }
    if (several[0] == 0) throw vscg::expectation_error(file.path().string(), "at least one video", "none");
    return several[0];
  }

  template <class T>
  void read_both(std::size_t first, std::span<T> audio, std::span<T> visual) const {
    const auto read = [&](const vscg::io::npy_file& file, std::span<T> out, std::size_t of_segment) {
      read_finite(file, first * vscg::data::segments * of_segment, out, [&](std::size_t at) {
        const std::size_t segment = at / of_segment;
        return "video " + std::to_string(segment / vscg::data::segments) + ", segment " +
               std::to_string(segment % vscg::data::segments);
      });
    };
    read(audio_, audio, vscg::data::audio_channels);
    read(visual_, visual, vscg::data::visual_segment_values);
  }

  vscg::io::npy_file audio_, visual_;
  std::size_t videos_;
};

}  // namespace programs
