// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/data/ave_files.hpp>
#include <vscg/data/ave_labels.hpp>
#include <vscg/data/feature_file.hpp>
#include <vscg/data/labels.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {

/// The AVE data set as people have it: a folder of HDF5 files and Annotations.txt. Features stay on disk and are read
/// by row; labels and orders are in memory.
///
/// Copies are cheap and share their data. Const calls may come from several threads at the same time, also on copies;
/// but if HDF5 was built without threads, two data sets that were opened separately must not be read at the same time.
class ave_dataset {
 public:
  /// Opens a folder. Throws vscg::expectation_error naming file, thing, expected and found.
  static ave_dataset open(const std::filesystem::path& dir, const ave_options& options) {
    ave_dataset result;
    result.state_ = std::make_shared<const state>(dir, options);
    return result;
  }

  /// Rows of the feature files.
  std::size_t videos() const { return state_->visual.rows(); }

  /// Background videos added to weak training: rows videos() .. videos() + noisy_videos() - 1 of every call below.
  std::size_t noisy_videos() const { return state_->noisy_visual ? state_->noisy_visual->rows() : 0; }

  /// Rows of a split, in the file's order; throws vscg::expectation_error if its file is missing or it is empty.
  std::span<const std::size_t> order(split part) const {
    const auto& found = state_->orders[static_cast<std::size_t>(part)];
    if (!found) {
      throw expectation_error("data folder " + state_->dir.string(), ave_folder::either(file_names::order(part)),
                              "no such file");
    }
    if (found->empty()) {
      throw expectation_error(std::string("split ") + name_of(part) + " of " + state_->dir.string(), "videos",
                              "none, it is empty");
    }
    return *found;
  }

  /// Whether segment_classes, tag and category may be called.
  bool has_labels() const { return state_->labels.known; }

  /// Ten classes, 0..28; 28 is background.
  std::span<const std::uint8_t> segment_classes(std::size_t row) const {
    expect_labels(row);
    return {state_->labels.segment_classes.data() + row * segments, segments};
  }

  /// The weak tag: 29 shares of the segments, background included (prob_label).
  std::span<const float> tag(std::size_t row) const {
    expect_labels(row);
    return {state_->labels.tags.data() + row * classes, classes};
  }

  /// The video's category, even if its event has no length; 28 for a noisy video.
  std::size_t category(std::size_t row) const {
    expect_labels(row);
    return state_->labels.video_categories[row];
  }

  /// 28 names, from Annotations.txt, or "category 0" and so on.
  const std::vector<std::string>& category_names() const { return state_->labels.category_names; }

  /// The row's line of Annotations.txt; none without that file or for noisy videos.
  std::optional<annotation> annotation_of(std::size_t row) const {
    expect_row(row);
    if (!state_->labels.annotations || row >= videos()) return std::nullopt;
    return state_->labels.annotations->entries[row];
  }

  /// Reads features: audio [N,10,128] and visual [N,10,7,7,512], where N is the number of rows; an empty span is
  /// skipped. Throws vscg::expectation_error for NaN and infinity, naming file, video row and segment.
  template <std::floating_point T>
  void read(std::span<const std::size_t> rows, std::span<T> audio, std::span<T> visual) const {
    expect_size("audio", audio.size(), rows.size() * audio_video_values);
    expect_size("visual", visual.size(), rows.size() * visual_video_values);
    for (const std::size_t row : rows) expect_row(row);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool noisy = rows[i] >= videos();
      const std::size_t row = noisy ? rows[i] - videos() : rows[i];
      if (!audio.empty()) {
        (noisy ? *state_->noisy_audio : state_->audio).read(row, audio.data() + i * audio_video_values);
      }
      if (!visual.empty()) {
        (noisy ? *state_->noisy_visual : state_->visual).read(row, visual.data() + i * visual_video_values);
      }
    }
  }

  /// Changes with the names, sizes and times of the files that were opened.
  std::uint64_t fingerprint() const { return state_->fingerprint; }

 private:
  struct state {
    state(const std::filesystem::path& folder_path, const ave_options& options)
        : dir(folder_path),
          folder(folder_path),
          visual(folder.require(file_names::visual), {segments, 7, 7, visual_channels}, hdf5),
          audio(folder.require(file_names::audio), {segments, audio_channels}, hdf5) {
      expect_same_rows(visual, audio);
      open_noisy(options);
      {
        const std::lock_guard lock(*hdf5);
        labels = read_ave_labels(folder, visual.rows(), visual.path().string(), options);
        read_orders(options);
        if (noisy_visual) read_noisy(options);
      }
      fingerprint = folder.fingerprint();
      // This comes last because it takes minutes: by now everything that could be refused has been checked.
      prepare(options, visual, audio);
      if (noisy_visual) prepare(options, *noisy_visual, *noisy_audio);
    }

    static void expect_same_rows(const feature_file& one, const feature_file& other) {
      if (one.rows() == other.rows()) return;
      throw expectation_error(
          other.path().string(),
          std::to_string(one.rows()) + " videos as in " + one.path().string() + remark_on_rows(one.rows()),
          std::to_string(other.rows()) + remark_on_rows(other.rows()));
    }

    static void warn(const ave_options& options, const std::string& text) {
      if (options.warn) options.warn(text);
    }

    void open_noisy(const ave_options& options) {
      if (options.setting != supervision::weakly) return;
      const auto seen = folder.find(file_names::noisy_visual), heard = folder.find(file_names::noisy_audio);
      if (!seen || !heard) {
        warn(options, "data folder " + dir.string() + ": without " +
                          ave_folder::either(seen ? file_names::noisy_audio : file_names::noisy_visual) +
                          " no background videos are added to weak training");
        return;
      }
      noisy_visual.emplace(*seen, std::vector<std::size_t>{segments, 7, 7, visual_channels}, hdf5);
      noisy_audio.emplace(*heard, std::vector<std::size_t>{segments, audio_channels}, hdf5);
      expect_same_rows(*noisy_visual, *noisy_audio);
    }

    void read_noisy(const ave_options& options) {
      if (const auto path = folder.find(file_names::noisy_labels)) {
        const std::size_t count = read_noisy_labels(*path);
        if (count != noisy_visual->rows()) {
          throw expectation_error(
              path->string(), std::to_string(noisy_visual->rows()) + " videos as in " + noisy_visual->path().string(),
              std::to_string(count));
        }
      } else {
        warn(options, "data folder " + dir.string() + ": without " + ave_folder::either(file_names::noisy_labels) +
                          " every noisy video is taken as background");
      }
      labels.add_noisy(noisy_visual->rows());
    }

    void read_orders(const ave_options& options) {
      std::vector<int> owner(visual.rows(), -1);
      for (const split part : {split::train, split::validation, split::test}) {
        const bool required =
            std::find(options.required.begin(), options.required.end(), part) != options.required.end();
        const auto path = required ? folder.require(file_names::order(part)) : folder.find(file_names::order(part));
        if (!path) continue;
        auto& order = orders[static_cast<std::size_t>(part)].emplace(read_order(*path, visual.rows()));
        std::size_t twice = 0, first = 0;
        for (const std::size_t row : order) {
          if (owner[row] >= 0 && twice++ == 0) first = row;
          if (owner[row] < 0) owner[row] = static_cast<int>(part);
        }
        if (twice > 0) {
          warn(options, path->string() + ": " + std::to_string(twice) +
                            " videos are in another split too, the first of them row " + std::to_string(first) +
                            " in " + name_of(static_cast<split>(owner[first])));
        }
      }
    }

    void prepare(const ave_options& options, feature_file& seen, feature_file& heard) const {
      for (feature_file* const file : {&seen, &heard}) {
        if (options.cache) {
          file->use_cache(dir / ".vscg_cache", [&](std::size_t done, std::size_t all) {
            expect_no_stop(options.stop);
            if (file == &seen && options.cache_progress) options.cache_progress(done, all);
          });
        } else if (file->videos_per_read() > 1) {
          warn(options, file->path().string() + ": its chunks hold " + std::to_string(file->videos_per_read()) +
                            " videos each, so that reading one decompresses them all; a cache avoids that");
        }
      }
    }

    std::shared_ptr<std::mutex> hdf5 = std::make_shared<std::mutex>();
    std::filesystem::path dir;
    ave_folder folder;
    feature_file visual, audio;
    std::optional<feature_file> noisy_visual, noisy_audio;
    ave_labels labels;
    std::array<std::optional<std::vector<std::size_t>>, 3> orders;
    std::uint64_t fingerprint = 0;
  };

  ave_dataset() = default;

  void expect_row(std::size_t row) const {
    const std::size_t rows = videos() + noisy_videos();
    if (row < rows) return;
    throw expectation_error("video row " + std::to_string(row),
                            "one of " + std::to_string(rows) + " rows of " + state_->dir.string(), "no such row");
  }

  void expect_labels(std::size_t row) const {
    expect_row(row);
    if (!has_labels()) throw expectation_error("data folder " + state_->dir.string(), "labels", "features only");
  }

  static void expect_size(const char* what, std::size_t found, std::size_t expected) {
    if (found == expected || found == 0) return;
    throw expectation_error(std::string("array for the ") + what + " features", std::to_string(expected) + " values",
                            std::to_string(found));
  }

  std::shared_ptr<const state> state_;
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
