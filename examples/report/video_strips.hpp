// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <vscg/data/types.hpp>
#include <vscg/io/json.hpp>
#include <vscg/train/ave/errors.hpp>
#include <vscg/train/ave/events.hpp>

#include "pages/page.hpp"
#include "pages/strips.hpp"
#include "programs/report_fields.hpp"
#include "programs/weights.hpp"
#include "report/pictures.hpp"
#include "report/shown_report.hpp"

namespace report {

namespace video_detail {

using vscg::data::segments;
using vscg::train::localized_event;

/// Events as a strip shows them; a category has the same color in all strips of a video.
class colored_events {
 public:
  explicit colored_events(const std::vector<std::string>& names) : names_(names) {}

  pages::markup strip(const std::vector<localized_event>& events, bool scores) {
    std::vector<pages::span_of_strip> spans;
    for (const auto& event : events) {
      auto found = std::find(met_.begin(), met_.end(), event.category);
      if (found == met_.end()) found = met_.insert(met_.end(), event.category);
      std::string hint = names_[event.category] + ", " + pages::number_text(event.start, 0) + " to " +
                         pages::number_text(event.end, 0) + " s";
      if (scores) hint += ", score " + pages::number_text(event.score, 2);
      spans.push_back({static_cast<std::size_t>(event.start), static_cast<std::size_t>(event.end),
                       static_cast<std::size_t>(found - met_.begin()), names_[event.category], hint});
    }
    return pages::events_strip(segments, spans);
  }

 private:
  const std::vector<std::string>& names_;
  std::vector<std::size_t> met_;
};

/// "8 of 10 right; boundary 1, missed 1"
inline std::string summary_of(const vscg::train::video_errors& errors) {
  using vscg::train::segment_verdict;
  std::string text =
      std::to_string(errors.count(segment_verdict::right)) + " of " + std::to_string(segments) + " right";
  const char* separator = "; ";
  for (std::size_t v = 1; v < vscg::train::segment_verdicts; ++v) {
    const auto verdict = static_cast<segment_verdict>(v);
    if (errors.count(verdict) == 0) continue;
    text += separator + std::string(name_of(verdict)) + " " + std::to_string(errors.count(verdict));
    separator = ", ";
  }
  return text;
}

inline std::string title_of(const vscg::data::ave_dataset& data, std::size_t row) {
  const auto annotation = data.annotation_of(row);
  return annotation ? annotation->video_id : std::to_string(row);
}

/// The share from which a region has the full color, the same in all maps of a video so that they can be compared: the
/// mean of the maps' largest shares, but no less than four times an even share.
inline double full_share(const std::vector<std::vector<std::vector<float>>>& maps) {
  double sum = 0, count = 0;
  for (const auto& run : maps) {
    for (const auto& map : run) {
      sum += static_cast<double>(*std::max_element(map.begin(), map.end()));
      ++count;
    }
  }
  return std::max(4.0 / static_cast<double>(vscg::data::regions), count > 0 ? sum / count : 0.0);
}

inline pages::markup label(const pages::markup& text) { return pages::element("p", {{"class", "label"}}, text); }

}  // namespace video_detail

/// Timelines and attention of the chosen videos. `frames` is a folder of pictures or empty; `warn` is told what is
/// missing there.
inline void add_videos(pages::page& page, const shown_report& shown, const std::vector<std::size_t>& chosen,
                       const std::string& how_chosen, const std::string& frames,
                       const std::function<void(const std::string&)>& warn) {
  using namespace video_detail;
  page.section("Videos");
  page.paragraph(how_chosen);
  page.paragraph(
      "One column for each second. A cross marks a wrong one. Squares show how a network divides its attention among "
      "the "
      "7 × 7 regions of the picture, all of a video on the same scale; an even division would be 2.0 % everywhere.");
  for (const auto& run : shown.runs) {
    if (run.attention.empty())
      page.paragraph(run.name + " has no map: its network does not divide attention among regions.");
  }
  auto& list = page.data()["videos"] = vscg::io::json::array();
  for (const std::size_t video : chosen) {
    const std::size_t row = shown.videos.rows[video];
    const std::string id = title_of(shown.videos.data, row);
    const auto truth = shown.videos.data.segment_classes(row);
    const auto true_events = vscg::train::find_events(truth, {});
    const std::size_t category = shown.videos.data.category(row);
    vscg::io::json fields{{"row", row}, {"id", programs::utf8_text(id)}, {"category", shown.names[category]}};
    fields["truth"] = programs::event_fields(true_events, shown.names, false);
    fields["runs"] = vscg::io::json::array();
    page.subsection(shown.names[category] + ": " + id + ", row " + std::to_string(row) +
                    (video < shown.videos.measured ? "" : ", not of the " + shown.split + " split"));

    std::vector<std::vector<std::vector<float>>> maps;
    for (const auto& run : shown.runs) maps.push_back(run.maps_of(video));
    const double full = full_share(maps);
    const std::string name = "video-" + std::to_string(list.size());
    colored_events colored(shown.names);
    pages::markup strips = label("second") + pages::numbers_strip(segments);
    strips += label("truth") + colored.strip(true_events, false);
    std::vector<std::string> problems;
    if (!frames.empty()) {
      const pictures found = read_pictures(frames, id);
      problems = found.problems;
      if (problems.size() < segments) strips += label("pictures") + pages::pictures_strip(name, found.uris);
      fields["pictures"] = segments - problems.size();
    }
    for (std::size_t r = 0; r < shown.runs.size(); ++r) {
      const auto& run = shown.runs[r];
      const auto said = run.classes_of(video);
      const auto events = vscg::train::find_events(said, run.scores_of(video));
      const auto errors = vscg::train::errors_of(truth, said);
      std::vector<std::string> hints;
      vscg::io::json one{{"name", run.name}, {"events", programs::event_fields(events, shown.names, true)}};
      one["verdicts"] = vscg::io::json::array();
      for (const auto verdict : errors.verdicts) {
        one["verdicts"].push_back(name_of(verdict));
        hints.emplace_back(verdict == vscg::train::segment_verdict::right ? "" : name_of(verdict));
      }
      strips += label(pages::strong(run.name) + pages::markup(": " + summary_of(errors)));
      strips += colored.strip(events, true);
      if (errors.count(vscg::train::segment_verdict::right) < segments) strips += pages::marks_strip(hints);
      if (!maps[r].empty()) {
        one["first_map"] = page.data()["maps"].size();
        strips += pages::maps_strip(page.data(), name, maps[r], full);
      }
      fields["runs"].push_back(one);
    }
    page.add(pages::element("div", {{"class", "video"}}, strips));
    const bool any_map = std::any_of(maps.begin(), maps.end(), [](const auto& run) { return !run.empty(); });
    std::string note = any_map ? "Maps have the full color from " + percent(full) + " % on." : "";
    if (!problems.empty()) {
      note += " " + counted(problems.size(), "picture") + " missing, the first: " + problems.front();
      warn("--frames: " + counted(problems.size(), "picture") + " missing, the first: " + problems.front());
    }
    if (!note.empty()) page.add(pages::element("p", {{"class", "note"}}, note));
    page.data()["videos"].push_back(fields);
  }
}

}  // namespace report
