// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/types.hpp>
#include <vscg/files/input_file.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/train/ave/errors.hpp>
#include <vscg/train/ave/metrics.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/run_folder.hpp>

#include "programs/features.hpp"
#include "programs/weights.hpp"

namespace report {

/// The videos of a report: first those that are measured (the split), then others that are only shown.
struct report_videos {
  vscg::data::ave_dataset data;
  std::vector<std::size_t> rows;
  std::size_t measured = 0;
};

/// A run of ave_train, and what its network says about the videos of a report.
struct measured_run {
  std::string name;        ///< as the page calls it
  vscg::io::json fields;   ///< what it is: see programs::report_of
  vscg::io::json summary;  ///< its summary.json
  vscg::train::run_history history;
  std::vector<std::uint8_t> classes;  ///< [N, 10]
  std::vector<float> scores;          ///< [N, 10, 29]
  std::vector<float> attention;       ///< [N, 10, 49], or empty
  vscg::train::confusion_matrix confusion;
  vscg::train::error_counts errors;

  std::span<const std::uint8_t> classes_of(std::size_t video) const {
    return std::span(classes).subspan(video * vscg::data::segments, vscg::data::segments);
  }
  std::span<const float> scores_of(std::size_t video) const {
    constexpr std::size_t size = vscg::data::segments * vscg::data::classes;
    return std::span(scores).subspan(video * size, size);
  }
  /// The map [7, 7] of each second; none if the network has no maps.
  std::vector<std::vector<float>> maps_of(std::size_t video) const {
    std::vector<std::vector<float>> maps;
    for (std::size_t t = 0; !attention.empty() && t < vscg::data::segments; ++t) {
      const auto map =
          std::span(attention).subspan((video * vscg::data::segments + t) * vscg::data::regions, vscg::data::regions);
      maps.emplace_back(map.begin(), map.end());
    }
    return maps;
  }
};

/// Reads a run's folder and lets its network answer, on the thread's card if `on_card`. Throws vscg::expectation_error
/// when a file is missing, or when the network was trained for other categories than the data's.
inline measured_run measure(const std::filesystem::path& folder, const std::string& name, const report_videos& videos,
                            std::size_t threads, bool on_card) {
  using vscg::train::run_folder;
  measured_run run;
  run.name = name;
  const auto metrics = folder / run_folder::metrics_name;
  run.history = vscg::train::history_from_text(vscg::input_file(metrics).text(), metrics.string());
  run.summary = vscg::io::read_json(folder / run_folder::summary_name);
  if (!run.summary.is_object())
    throw vscg::expectation_error((folder / run_folder::summary_name).string(), "an object", "something else");

  const std::string weights = (folder / run_folder::best_name).string();
  const auto network = programs::open_network(weights, threads, on_card);
  const auto difference = programs::categories_differ(network->ave().categories, videos.data.category_names());
  if (difference) throw vscg::expectation_error(weights, "the categories of the data", *difference);
  const auto threshold = programs::relevance_threshold(*network, std::nullopt);
  run.fields = programs::report_of(weights, *network, threshold);
  const programs::ave_features features(videos.data, videos.rows);
  programs::localize(*network, features, threshold.value_or(0), [&](const networks::localization& said) {
    run.classes.insert(run.classes.end(), said.classes.begin(), said.classes.end());
    run.scores.insert(run.scores.end(), said.scores.begin(), said.scores.end());
    run.attention.insert(run.attention.end(), said.attention.begin(), said.attention.end());
  });
  for (std::size_t video = 0; video < videos.measured; ++video) {
    const auto truth = videos.data.segment_classes(videos.rows[video]);
    run.confusion.add(truth, run.classes_of(video));
    run.errors.add(truth, run.classes_of(video));
  }
  return run;
}

}  // namespace report
