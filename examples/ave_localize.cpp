// SPDX-License-Identifier: MIT
// Says what is both seen and heard in each video, and when: from a data set's folder, or from features alone.
//
//   ave_localize --weights RUN/best.safetensors --data AVE --videos 0 1 2
//   ave_localize --weights RUN/best.safetensors --audio audio.npy --visual visual.npy --json events.json
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/npy.hpp>
#include <vscg/train/ave/events.hpp>

#include "networks/network.hpp"
#include "programs/card.hpp"
#include "programs/features.hpp"
#include "programs/files.hpp"
#include "programs/localize_options.hpp"
#include "programs/program.hpp"
#include "programs/report_fields.hpp"
#include "programs/stop.hpp"
#include "programs/timeline.hpp"
#include "programs/weights.hpp"

namespace {

using vscg::data::categories;
using vscg::data::classes;
using vscg::data::segments;
using vscg::io::json;

/// The requested videos, and what is known about them besides their features.
struct videos_to_localize {
  std::unique_ptr<networks::feature_source> features;
  std::vector<std::size_t> rows;                // the row of each in the data set, or in the array
  std::optional<vscg::data::ave_dataset> data;  // if there is one
  bool truth = false;                           // whether it says what happens in the videos
};

videos_to_localize open_videos(const CLI::App& app, const programs::localize_options& given,
                               const std::vector<std::string>& names) {
  videos_to_localize result;
  if (given.data.empty()) {
    result.features = std::make_unique<programs::npy_features>(given.audio, given.visual);
    result.rows.resize(result.features->videos());
    std::iota(result.rows.begin(), result.rows.end(), std::size_t{0});
    return result;
  }
  vscg::data::ave_options how;
  how.warn = programs::warn_as(app);
  how.required = {};
  how.labels_required = false;
  result.data = vscg::data::ave_dataset::open(given.data, how);
  result.rows = given.videos;
  if (result.rows.empty()) {
    result.rows.resize(result.data->videos());
    std::iota(result.rows.begin(), result.rows.end(), std::size_t{0});
  }
  for (const std::size_t row : result.rows) {
    if (row >= result.data->videos()) {
      throw vscg::expectation_error(
          "--videos", "rows below " + std::to_string(result.data->videos()) + ", the videos of " + given.data,
          std::to_string(row));
    }
  }
  result.truth = result.data->has_labels();
  if (!result.truth) return result;
  if (const auto difference = programs::categories_differ(names, result.data->category_names())) {
    how.warn(given.data + ": " + *difference + ": its truth is left out");
    result.truth = false;
  }
  result.features = nullptr;
  return result;
}

/// The category with the highest score over the whole video.
std::size_t video_category(std::span<const float> scores) {
  std::size_t best = 0;
  double best_sum = -1;
  for (std::size_t c = 0; c < categories; ++c) {
    double sum = 0;
    for (std::size_t t = 0; t < segments; ++t) sum += static_cast<double>(scores[t * classes + c]);
    if (sum > best_sum) {
      best = c;
      best_sum = sum;
    }
  }
  return best;
}

void localize(const CLI::App& app, const programs::localize_options& given) {
  auto inputs = given.data.empty() ? std::vector<programs::named_file>() : programs::data_files("--data", given.data);
  inputs.push_back({"--weights", given.weights});
  inputs.push_back({"--audio", given.audio});
  inputs.push_back({"--visual", given.visual});
  programs::expect_apart(
      inputs, std::vector<programs::named_file>{{"--json", given.json_file}, {"--attention", given.attention_file}});
  const auto card = programs::use_card(given.device, given.precision);
  const auto network = programs::open_network(given.weights, given.threads, card != nullptr);
  const auto& names = network->ave().categories;
  const auto threshold = programs::relevance_threshold(*network, given.threshold);
  auto videos = open_videos(app, given, names);
  if (videos.data) videos.features = std::make_unique<programs::ave_features>(*videos.data, videos.rows);
  for (const std::string& file : {given.json_file, given.attention_file}) {
    if (!file.empty()) programs::expect_writable(file);
  }

  std::printf("%s", identity_text(network->metadata()).c_str());
  if (threshold) std::printf(", background up to relevance %g", *threshold);
  std::printf("\n");
  json fields = programs::report_of(given.weights, *network, threshold);
  fields["videos"] = json::array();
  std::vector<float> attention;
  std::size_t right = 0;
  programs::localize(*network, *videos.features, threshold.value_or(0), [&](const networks::localization& said) {
    for (std::size_t i = 0; i < said.videos; ++i) {
      const std::size_t row = videos.rows[said.first + i];
      const auto said_classes = std::span(said.classes).subspan(i * segments, segments);
      const auto scores = std::span(said.scores).subspan(i * segments * classes, segments * classes);
      const auto events = vscg::train::find_events(said_classes, scores, categories);

      json video;
      video["row"] = row;
      std::string title = "video " + std::to_string(row);
      const auto annotation = videos.data ? videos.data->annotation_of(row) : std::nullopt;
      if (annotation) {
        title += " (" + annotation->video_id + ")";
        video["id"] = programs::utf8_text(annotation->video_id);
      }
      const std::string& category = names[video_category(scores)];
      video["category"] = category;
      video["events"] = programs::event_fields(events, names, true);
      programs::timeline timeline(title + ": " + (events.empty() ? "background, at most " : "") + category);
      timeline.add("said", events, names, true);
      if (videos.truth) {
        const auto true_classes = videos.data->segment_classes(row);
        const auto truth = vscg::train::find_events(true_classes, {}, categories);
        timeline.add("truth", truth, names, false);
        video["truth"] = programs::event_fields(truth, names, false);
        for (std::size_t t = 0; t < segments; ++t) right += said_classes[t] == true_classes[t] ? 1U : 0U;
      }
      std::fputs(timeline.text().c_str(), stdout);
      fields["videos"].push_back(std::move(video));
    }
    if (!given.attention_file.empty()) attention.insert(attention.end(), said.attention.begin(), said.attention.end());
  });
  const std::size_t all = videos.rows.size() * segments;
  if (videos.truth) {
    std::printf("\n%zu of %zu segments right (%.1f %%)\n", right, all,
                100 * static_cast<double>(right) / static_cast<double>(all));
  }
  const programs::stop_hold hold;
  std::optional<vscg::atomic_file> events_file, attention_file;
  std::vector<vscg::atomic_file*> outputs;  // both or none: they belong to one run
  if (!given.json_file.empty()) {
    events_file.emplace(given.json_file).write(vscg::io::json_text(fields));
    outputs.push_back(&*events_file);
  }
  if (!given.attention_file.empty()) {
    const std::vector<std::size_t> shape{videos.rows.size(), segments, 7, 7};
    vscg::io::write_npy<float>(attention_file.emplace(given.attention_file), attention, shape);
    outputs.push_back(&*attention_file);
  }
  vscg::atomic_file::commit_together(outputs);
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_localize", [&] {
    CLI::App app("Localizes audio-visual events in videos.", "ave_localize");
    programs::localize_options given;
    programs::add_options(app, given);
    if (!programs::parse(app, argc, argv)) return;
    if (given.data.empty() && given.audio.empty()) {
      throw vscg::expectation_error("videos to localize", "--data DIR, or --audio FILE and --visual FILE", "neither");
    }
    localize(app, given);
  });
}
