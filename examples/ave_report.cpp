// SPDX-License-Identifier: MIT
// Makes one HTML page of one or several runs: learning curves, accuracy, kinds of errors, and chosen videos with what
// each network says and where it looks.
//
//   ave_report run --data AVE
//   ave_report vscg psp avel --data AVE --videos kdSAbrqKQZE,3907 --frames pictures --out figures.html
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/files/file_presence.hpp>
#include <vscg/train/ave/errors.hpp>
#include <vscg/train/run_folder.hpp>

#include "pages/page.hpp"
#include "programs/card.hpp"
#include "programs/files.hpp"
#include "programs/program.hpp"
#include "programs/report_fields.hpp"
#include "programs/report_options.hpp"
#include "programs/stop.hpp"
#include "programs/weights.hpp"
#include "report/accuracy.hpp"
#include "report/choose_videos.hpp"
#include "report/error_kinds.hpp"
#include "report/measured_run.hpp"
#include "report/overview.hpp"
#include "report/run_names.hpp"
#include "report/shown_report.hpp"
#include "report/video_strips.hpp"

namespace {

using report::measured_run;
using report::report_videos;

void check_files(const programs::report_options& given) {
  using vscg::train::run_folder;
  auto inputs = programs::data_files("--data", given.data);
  for (const std::string& run : given.runs) {
    for (const char* const name :
         {run_folder::best_name, run_folder::metrics_name, run_folder::summary_name, run_folder::checkpoint_name}) {
      inputs.push_back({"RUN", std::filesystem::path(run) / name});
    }
  }
  programs::expect_apart(inputs, std::vector<programs::named_file>{{"--out", given.out}});
  if (!given.frames.empty() && !vscg::folder_is_there(given.frames)) {
    throw vscg::expectation_error("--frames " + given.frames, "a folder", "none");
  }
  programs::expect_writable(given.out);
}

/// The videos of the split, and those that --videos names.
report_videos open_videos(const CLI::App& app, const programs::report_options& given) {
  vscg::data::ave_options how;
  how.warn = programs::warn_as(app);
  how.required = {given.part};
  report_videos videos{vscg::data::ave_dataset::open(given.data, how), {}, 0};
  const auto order = videos.data.order(given.part);
  videos.rows.assign(order.begin(), order.end());
  videos.measured = videos.rows.size();
  return videos;
}

/// The rows that a name means: all videos with that id, or else a row's number. Throws vscg::expectation_error for
/// neither.
std::vector<std::size_t> rows_named(const vscg::data::ave_dataset& data, const std::string& name) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < data.videos(); ++row) {
    const auto annotation = data.annotation_of(row);
    if (annotation && annotation->video_id == name) rows.push_back(row);
  }
  if (!rows.empty()) return rows;
  const bool number = !name.empty() && name.size() < 10 && name.find_first_not_of("0123456789") == std::string::npos;
  if (number && std::stoul(name) < data.videos()) return {std::stoul(name)};
  throw vscg::expectation_error("--videos", "ids of Annotations.txt, or rows below " + std::to_string(data.videos()),
                                name);
}

/// The places in `videos` of the named videos; those that are not of the split are added to it.
std::vector<std::size_t> named_videos(report_videos& videos, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    for (const std::size_t row : rows_named(videos.data, name)) {
      auto found = std::find(videos.rows.begin(), videos.rows.end(), row);
      if (found == videos.rows.end()) found = videos.rows.insert(videos.rows.end(), row);
      const auto place = static_cast<std::size_t>(found - videos.rows.begin());
      if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
  }
  return places;
}

std::vector<std::size_t> chosen_videos(const report_videos& videos, const std::vector<measured_run>& runs,
                                       std::size_t count) {
  std::vector<std::size_t> right(videos.measured, 0), category;
  for (std::size_t video = 0; video < videos.measured; ++video) {
    const std::size_t row = videos.rows[video];
    category.push_back(videos.data.category(row));
    for (const auto& run : runs) {
      right[video] += vscg::train::errors_of(videos.data.segment_classes(row), run.classes_of(video))
                          .count(vscg::train::segment_verdict::right);
    }
  }
  return report::choose_videos(right, category, count);
}

void make_report(const CLI::App& app, const programs::report_options& given) {
  check_files(given);
  const auto card = programs::use_card(given.device, given.precision);
  report_videos videos = open_videos(app, given);
  std::vector<std::size_t> chosen = named_videos(videos, given.videos);
  const auto names = report::names_of_runs(given.runs);
  std::vector<measured_run> runs;
  for (std::size_t r = 0; r < names.size(); ++r) {
    runs.push_back(report::measure(given.runs[r], names[r], videos, given.threads, card != nullptr));
    std::printf("%s: %s %.2f %%\n", names[r].c_str(), name_of(given.part), 100 * runs.back().confusion.accuracy());
  }
  std::string how_chosen = "These videos were asked for.";
  if (given.videos.empty()) {
    chosen = chosen_videos(videos, runs, given.count);
    how_chosen =
        "Of the split " + std::string(name_of(given.part)) +
        ", in turn those with the most segments wrong and those with the most segments right, all networks taken "
        "together; of different categories where possible.";
  }

  report::shown_report shown{videos, runs, name_of(given.part), videos.data.category_names()};
  shown.names.emplace_back("background");
  std::string title;
  for (const auto& name : names) title += (title.empty() ? "" : ", ") + name;
  pages::page page(title + " on " + given.data);
  page.data()["data"] = programs::utf8_text(given.data);
  page.data()["split"] = shown.split;
  page.data()["runs"] = vscg::io::json::array();
  for (const auto& run : runs) {
    vscg::io::json fields{{"name", run.name}, {"videos", videos.measured}};
    fields.update(run.fields);
    fields.update(programs::evaluation_fields(run.confusion, shown.names));
    fields["errors"] = report::error_fields(run.errors, shown.names);
    fields["summary"] = run.summary;
    page.data()["runs"].push_back(fields);
  }
  add_overview(page, shown);
  add_curves(page, shown);
  add_accuracy(page, shown);
  add_confusion(page, shown);
  add_boundaries(page, shown);
  add_confusions(page, shown);
  if (!chosen.empty()) add_videos(page, shown, chosen, how_chosen, given.frames, programs::warn_as(app));
  const programs::stop_hold hold;
  page.write(given.out);
  std::printf("%s: %s, %s shown\n", given.out.c_str(), report::counted(runs.size(), "run").c_str(),
              report::counted(chosen.size(), "video").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_report", [&] {
    CLI::App app("Makes one HTML page of one or several runs of ave_train.", "ave_report");
    programs::report_options given;
    programs::add_options(app, given);
    if (programs::parse(app, argc, argv)) make_report(app, given);
  });
}
