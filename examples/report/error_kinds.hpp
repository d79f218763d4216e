// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include <vscg/train/ave/errors.hpp>

#include "pages/page.hpp"
#include "pages/plots.hpp"
#include "report/shown_report.hpp"

namespace report {

/// What kinds of errors each network makes, and how far boundaries are off.
inline void add_boundaries(pages::page& page, const shown_report& shown) {
  using vscg::train::segment_verdict;
  page.section("Kinds of errors");
  page.paragraph(
      "Every wrong segment is of one kind. Other category: there is an event, and one of another category was said. "
      "Boundary: "
      "the event was found, but is said to begin or end at another time, and the segment lies between. Missed: there "
      "is an "
      "event, and background was said; invented: the other way round; both only where it is no matter of a boundary. "
      "Shares of all segments, in %:");
  pages::table kinds;
  kinds.columns = {{"run", false}};
  constexpr std::array verdicts{segment_verdict::right, segment_verdict::other_category, segment_verdict::boundary,
                                segment_verdict::missed, segment_verdict::invented};
  for (const auto verdict : verdicts) kinds.columns.push_back({name_of(verdict)});
  for (const auto& run : shown.runs) {
    auto& row = kinds.rows.emplace_back();
    row.emplace_back(run.name);
    for (const auto verdict : verdicts) {
      row.emplace_back(
          percent(static_cast<double>(run.errors.segments(verdict)) / static_cast<double>(run.confusion.total())));
    }
  }
  page.table(kinds);

  page.section("Boundaries of events");
  page.paragraph(
      "An event is found if the network says anything but background during it, of whatever category. Off by: in the "
      "mean "
      "over the events that were found, without sign.");
  pages::table table;
  table.columns = {{"run", false},      {"events"},       {"found"}, {"both boundaries right"},
                   {"start off by, s"}, {"end off by, s"}};
  int most = 1;
  for (const auto& run : shown.runs) {
    table.rows.push_back({run.name, std::to_string(run.errors.events()), std::to_string(run.errors.found()),
                          std::to_string(run.errors.exact()), pages::number_text(run.errors.mean_start_error(), 2),
                          pages::number_text(run.errors.mean_end_error(), 2)});
    for (const auto& b : run.errors.boundaries()) most = std::max({most, std::abs(b.start), std::abs(b.end)});
  }
  page.table(table);
  const auto histogram = [&](const char* title, int vscg::train::boundary_error::*side) {
    pages::bar_plot plot{title, "seconds too late; negative: too early", {}, {"events"}};
    for (int at = -most; at <= most; ++at) plot.labels.push_back((at > 0 ? "+" : "") + std::to_string(at));
    for (const auto& run : shown.runs) {
      pages::bars bars{run.name, std::vector<double>(plot.labels.size(), 0.0)};
      for (const auto& b : run.errors.boundaries()) ++bars.y[static_cast<std::size_t>(b.*side + most)];
      plot.series.push_back(bars);
    }
    return json_of(plot);
  };
  page.plots({histogram("Where events are said to begin", &vscg::train::boundary_error::start),
              histogram("Where events are said to end", &vscg::train::boundary_error::end)});
}

/// The categories that each network takes for each other.
inline void add_confusions(pages::page& page, const shown_report& shown) {
  constexpr std::size_t listed = 10;
  page.section("Confused categories");
  page.paragraph("Segments with an event that were said to be of another category; at most ten pairs of each run.");
  for (const auto& run : shown.runs) {
    const auto pairs = run.errors.confusions();
    if (pairs.empty()) {
      page.paragraph(run.name + ": none.");
      continue;
    }
    pages::table table;
    table.caption = run.name;
    table.columns = {
        {"true category", false}, {"said instead", false}, {"segments"}, {"of its segments, %"}, {"videos"}};
    for (std::size_t i = 0; i < std::min(listed, pairs.size()); ++i) {
      const auto& pair = pairs[i];
      table.rows.push_back(
          {shown.names[pair.truth], shown.names[pair.said], std::to_string(pair.segments),
           percent(static_cast<double>(pair.segments) / static_cast<double>(run.confusion.support(pair.truth))),
           std::to_string(pair.videos)});
    }
    page.table(table);
  }
}

/// The same for programs.
inline vscg::io::json error_fields(const vscg::train::error_counts& errors, const std::vector<std::string>& names) {
  using vscg::io::json;
  json fields;
  for (std::size_t v = 0; v < vscg::train::segment_verdicts; ++v) {
    const auto verdict = static_cast<vscg::train::segment_verdict>(v);
    fields["segments"][name_of(verdict)] = errors.segments(verdict);
  }
  fields["events"] = errors.events();
  fields["found"] = errors.found();
  fields["exact"] = errors.exact();
  fields["mean_start_error"] = errors.mean_start_error();
  fields["mean_end_error"] = errors.mean_end_error();
  fields["start_errors"] = fields["end_errors"] = fields["confused"] = json::array();
  for (const auto& b : errors.boundaries()) {
    fields["start_errors"].push_back(b.start);
    fields["end_errors"].push_back(b.end);
  }
  for (const auto& pair : errors.confusions()) {
    fields["confused"].push_back({{"truth", names[pair.truth]},
                                  {"said", names[pair.said]},
                                  {"segments", pair.segments},
                                  {"videos", pair.videos}});
  }
  return fields;
}

}  // namespace report
