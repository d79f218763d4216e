// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/data/synthesize_annotations.hpp>
#include <vscg/data/synthesize_hdf5.hpp>
#include <vscg/data/synthesize_options.hpp>
#include <vscg/data/synthesize_world.hpp>
#include <vscg/data/types.hpp>
#include <vscg/files/make_folder.hpp>
#include <vscg/files/output_file.hpp>
#include <vscg/files/rename_together.hpp>

namespace vscg::data {
inline namespace VSCG_INSTRUCTION_SET {

/// What `synthesize` has written.
struct synthesis_report {
  std::size_t videos = 0, noisy = 0, train = 0, validation = 0, test = 0;
  double background = 0;  ///< share of the segments that are background: what the majority class scores
};

namespace synthesis {

/// A directory for unfinished files, inside the one they belong to. Files that do not move out are removed with it.
class workshop {
 public:
  static constexpr const char* name = ".ave_synthesize.partial";

  explicit workshop(std::filesystem::path out, bool force) : out_(std::move(out)), path_(out_ / name) {
    namespace fs = std::filesystem;
    made_ = make_folder(out_);
    std::error_code failure;
    for (fs::directory_iterator entry(out_, failure), end; !failure && entry != end; entry.increment(failure)) {
      if (!force && entry->path().filename() != name) {
        throw expectation_error(out_.string(), "an empty directory (or --force)",
                                "\"" + entry->path().filename().string() + "\" in it");
      }
    }
    if (!failure) fs::remove_all(path_, failure);  // left by a killed run
    if (!failure) fs::create_directory(path_, failure);
    if (failure) throw expectation_error(out_.string() + ": cannot write into the directory: " + failure.message());
  }
  ~workshop() {
    // Allocates nothing, because memory may be what ran out.
    for (const auto& f : files_) ::unlink(f.c_str());
    ::rmdir(path_.c_str());            // fails if it holds files of an earlier set that could not be put back
    if (made_) ::rmdir(out_.c_str());  // only when it is empty
  }
  workshop(const workshop&) = delete;
  workshop& operator=(const workshop&) = delete;

  std::filesystem::path file(const std::string& name_of_file) { return files_.emplace_back(path_ / name_of_file); }

  /// Syncs all files, then gives them their names, all or none; `stale` files of an earlier set are removed.
  void move_out(const std::vector<std::string>& stale) {
    rename_together names;
    for (const auto& f : files_) {
      output_file(f, O_RDONLY).sync();
      names.replace(f, out_ / f.filename());
    }
    for (const std::string& f : stale) {
      if (std::find(files_.begin(), files_.end(), path_ / f) == files_.end())
        names.remove(out_ / f, path_ / (f + ".old"));
    }
    names.commit();
  }

 private:
  std::filesystem::path out_, path_;
  bool made_ = false;
  std::vector<std::filesystem::path> files_;
};

/// Rows that are made and written together, between two questions whether to stop.
inline constexpr std::size_t rows_at_once = 1024;

inline void write_array(const std::filesystem::path& path, const char* key, std::vector<hsize_t> shape, hid_t type,
                        const void* values) {
  const std::size_t rows = shape[0];
  hdf5_rows file(path, key, std::move(shape), type, false);
  file.write(0, rows, values);
  file.close();
}

inline void write_labels(workshop& shop, const std::vector<synthetic_event>& events,
                         const std::function<bool()>& stop) {
  const hsize_t n = events.size();
  hdf5_rows right_file(shop.file("right_labels.h5"), "avadataset", {n, 10, classes}, H5T_NATIVE_FLOAT, false);
  hdf5_rows mil_file(shop.file("mil_labels.h5"), "avadataset", {n, classes}, H5T_NATIVE_FLOAT, false);
  hdf5_rows share_file(shop.file("prob_label.h5"), "avadataset", {n, classes}, H5T_NATIVE_FLOAT, false);
  std::vector<float> right, mil, share;
  for (std::size_t first = 0; first < n; first += rows_at_once) {
    expect_no_stop(stop);
    const std::size_t count = std::min<std::size_t>(rows_at_once, n - first);
    right.assign(count * segments * classes, 0.0F);
    mil.assign(count * classes, 0.0F);
    share.assign(count * classes, 0.0F);
    for (std::size_t i = 0; i < count; ++i) {
      const synthetic_event& event = events[first + i];
      for (std::size_t t = 0; t < segments; ++t) {
        const std::size_t label = event.start <= t && t < event.end ? event.category : background;
        right[(i * segments + t) * classes + label] = 1.0F;
      }
      mil[i * classes + event.category] = 1.0F;  // the category's, as in AVE, even if it has no segment
      share[i * classes + event.category] = static_cast<float>(event.end - event.start) / 10.0F;
      share[i * classes + background] = static_cast<float>(10 - (event.end - event.start)) / 10.0F;
    }
    right_file.write(first, count, right.data());
    mil_file.write(first, count, mil.data());
    share_file.write(first, count, share.data());
  }
  for (hdf5_rows* const file : {&right_file, &mil_file, &share_file}) file->close(stop);
}

inline void write_noisy_labels(workshop& shop, std::size_t noisy, const std::function<bool()>& stop) {
  hdf5_rows file(shop.file("labels_noisy.h5"), "avadataset", {noisy, classes}, H5T_NATIVE_FLOAT, false);
  std::vector<float> labels(rows_at_once * classes);
  for (std::size_t i = 0; i < rows_at_once; ++i) labels[i * classes + background] = 1.0F;
  for (std::size_t first = 0; first < noisy; first += rows_at_once) {
    expect_no_stop(stop);
    file.write(first, std::min(rows_at_once, noisy - first), labels.data());
  }
  file.close(stop);
}

inline void withhold(withheld_sense sense, std::vector<float>& audio, std::vector<float>& visual) {
  if (sense == withheld_sense::sound) std::fill(audio.begin(), audio.end(), 0.0F);
  if (sense == withheld_sense::sight) std::fill(visual.begin(), visual.end(), 0.0F);
  if (sense != withheld_sense::place) return;
  for (std::size_t t = 0; t < segments; ++t) {
    for (std::size_t c = 0; c < visual_channels; ++c) {
      float* const first = visual.data() + t * regions * visual_channels + c;
      float sum = 0;
      for (std::size_t r = 0; r < regions; ++r) sum += first[r * visual_channels];
      for (std::size_t r = 0; r < regions; ++r) first[r * visual_channels] = sum / static_cast<float>(regions);
    }
  }
}

// Writes the features of `count` videos, row by row: no more than one video is in memory.
template <class SceneOf>
void write_features(workshop& shop, const std::string& suffix, std::size_t first_number, std::size_t count,
                    const synthetic_world& world, const synthesis_options& options, std::size_t written,
                    std::size_t all, SceneOf&& scene_of) {
  hdf5_features audio_file(shop.file("audio_feature" + suffix + ".h5"), {count, 10, 128}, options.type,
                           options.compress);
  hdf5_features visual_file(shop.file("visual_feature" + suffix + ".h5"), {count, 10, 7, 7, 512}, options.type,
                            options.compress);
  std::vector<float> audio(audio_video_values), visual(visual_video_values);
  for (std::size_t i = 0; i < count; ++i) {
    expect_no_stop(options.stop);
    const synthetic_scene scene = scene_of(i);
    world.hear(scene, first_number + i, std::span<float, audio_video_values>(audio));
    world.see(scene, first_number + i, std::span<float, visual_video_values>(visual));
    withhold(options.withheld, audio, visual);
    audio_file.write(i, audio);
    visual_file.write(i, visual);
    if (options.progress) options.progress(written + i + 1, all);
  }
  audio_file.close(options.stop);
  visual_file.close(options.stop);
}

}  // namespace synthesis

/// The number of the first noisy background video in its world: rows count from 0 and never get that far.
inline constexpr std::size_t first_noisy_number = std::size_t{1} << 40U;

/// Writes a synthetic data set into `directory`, in the format of the AVE data set: `visual_feature.h5` [N,10,7,7,512],
/// `audio_feature.h5` [N,10,128], `right_labels.h5` [N,10,29], `mil_labels.h5` and `prob_label.h5` [N,29], the three
/// `*_noisy.h5`, `train_order.h5`, `val_order.h5`, `test_order.h5` (key `order`) and `Annotations.txt`. A row's
/// features depend only on (seed, row, its event). It streams: a few MiB of memory at any size. All or nothing: no file
/// gets its name before all are complete and on disk. Throws `vscg::expectation_error`, and `vscg::stopped` when `stop`
/// says so.
inline synthesis_report synthesize(const std::filesystem::path& directory, const synthesis_options& options) {
  if (options.videos.value_or(0) > synthetic_videos.most) synthetic_videos.expect("videos", *options.videos);
  if (options.noisy) synthetic_noisy_videos.expect("noisy", *options.noisy);
  std::vector<synthetic_event> events;
  if (options.annotations) {
    events = read_events(*options.annotations);
    if (options.videos.value_or(0) > events.size()) {
      throw expectation_error("videos",
                              "at most the " + std::to_string(events.size()) + " of " + options.annotations->string(),
                              std::to_string(*options.videos));
    }
    events.resize(options.videos.value_or(events.size()));
  } else {
    for (std::size_t row = 0; row < options.videos.value_or(600); ++row) {
      if (row % synthesis::rows_at_once == 0) expect_no_stop(options.stop);
      events.push_back(generate_event(options.seed, row));
    }
  }
  const std::size_t n = events.size();
  if (n < 3) throw expectation_error("videos", "at least 3, one for each split", std::to_string(n));
  // AVE has 402 of its 4,143 videos in validation and as many in test, and 178 more videos of background.
  const auto share = [&](std::size_t of_ave) { return (n * of_ave + 4143 / 2) / 4143; };
  const std::size_t noisy = options.noisy.value_or(share(178));
  const std::size_t held_out = std::max<std::size_t>(1, options.annotations ? share(402) : n / 10);
  const synthetic_splits splits = split_rows(events, held_out, options.seed);
  const synthetic_world world(options.seed, options.difficulty);
  expect_no_stop(options.stop);
  if (options.writing) options.writing();

  synthesis::workshop shop(directory, options.force);
  synthesis::write_features(shop, "", 0, n, world, options, 0, n + noisy, [&](std::size_t i) {
    return world.scene(i, events[i].category, events[i].start, events[i].end);
  });
  if (noisy > 0) {
    synthesis::write_features(shop, "_noisy", first_noisy_number, noisy, world, options, n, n + noisy,
                              [&](std::size_t i) { return world.scene(first_noisy_number + i, i % categories, 0, 0); });
    synthesis::write_noisy_labels(shop, noisy, options.stop);
  }
  synthesis::write_labels(shop, events, options.stop);
  const auto write_order = [&](const char* name, const std::vector<std::int64_t>& rows) {
    expect_no_stop(options.stop);
    synthesis::write_array(shop.file(name), "order", {rows.size()}, H5T_NATIVE_INT64, rows.data());
  };
  write_order("train_order.h5", splits.train);
  write_order("val_order.h5", splits.validation);
  write_order("test_order.h5", splits.test);

  synthesis_report report{n, noisy, splits.train.size(), splits.validation.size(), splits.test.size(), 0};
  const std::filesystem::path annotations = shop.file("Annotations.txt");
  std::ofstream lines(annotations);
  for (std::size_t row = 0; row < n; ++row) {
    if (row % synthesis::rows_at_once == 0) expect_no_stop(options.stop);
    const synthetic_event& event = events[row];
    const annotation& text = event.text;
    lines << text.category << '&' << text.video_id << '&' << text.quality << '&' << text.start << '&' << text.end
          << '\n';
    report.background += static_cast<double>(10 - (event.end - event.start)) / (10.0 * static_cast<double>(n));
  }
  lines.close();
  if (!lines) throw expectation_error(annotations.string() + ": cannot write: " + std::strerror(errno));
  expect_no_stop(options.stop);
  shop.move_out({"visual_feature_noisy.h5", "audio_feature_noisy.h5", "labels_noisy.h5"});
  return report;
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg::data

#include <vscg/core/end.hpp>
