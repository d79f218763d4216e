// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/json.hpp>

// Plots as data. A page keeps them in its block of JSON, and page.js draws them from there. NaN means that there is no
// point.

namespace pages {

struct axis {
  std::string title = {};
  std::optional<double> low = std::nullopt;  ///< where it begins and ends; none: from the points
  std::optional<double> high = std::nullopt;
};

/// A line through points (x, y). Series of one `color` (from 0) have one color; by default each has its own.
struct line {
  std::string name;
  std::vector<double> x, y;
  std::optional<std::size_t> color = std::nullopt;
  bool dashed = false;
};

/// Lines, such as learning curves.
struct line_plot {
  std::string title;
  axis x = {}, y = {};
  std::vector<line> series = {};
};

/// One dot for each row, with an interval if `low` and `high` are not empty.
struct dots {
  std::string name;
  std::vector<double> at;
  std::vector<double> low = {}, high = {};
  std::optional<std::size_t> color = std::nullopt;
};

/// Rows with a label, one below the other, and the dots of all series in them.
struct dot_plot {
  std::string title;
  axis x = {};
  std::vector<std::string> rows = {};
  std::vector<dots> series = {};
};

/// One bar for each label.
struct bars {
  std::string name;
  std::vector<double> y;
  std::optional<std::size_t> color = std::nullopt;
};

/// Groups of bars side by side, such as a histogram.
struct bar_plot {
  std::string title, x_title;
  std::vector<std::string> labels = {};
  axis y = {};
  std::vector<bars> series = {};
};

namespace plots_detail {

inline vscg::io::json of(const axis& a) {
  vscg::io::json result;
  result["title"] = a.title;
  if (a.low) result["low"] = *a.low;
  if (a.high) result["high"] = *a.high;
  return result;
}

inline void expect_size(const std::string& plot, const std::string& series, std::size_t expected, std::size_t found) {
  if (found == expected) return;
  throw vscg::expectation_error("plot \"" + plot + "\", \"" + series + "\"", std::to_string(expected) + " numbers",
                                std::to_string(found));
}

inline vscg::io::json series_of(const std::string& name, std::optional<std::size_t> color, std::size_t number) {
  vscg::io::json result;
  result["name"] = name;
  result["color"] = color.value_or(number);
  return result;
}

}  // namespace plots_detail

/// A plot as the page's JSON has it. Throws vscg::expectation_error when a series has too many numbers or too few.
inline vscg::io::json json_of(const line_plot& plot) {
  using namespace plots_detail;
  vscg::io::json result{{"kind", "lines"}, {"title", plot.title}, {"x", of(plot.x)}, {"y", of(plot.y)}};
  result["series"] = vscg::io::json::array();
  for (const line& one : plot.series) {
    expect_size(plot.title, one.name, one.x.size(), one.y.size());
    auto series = series_of(one.name, one.color, result["series"].size());
    series["dashed"] = one.dashed;
    series["x"] = one.x;
    series["y"] = one.y;
    result["series"].push_back(series);
  }
  return result;
}

inline vscg::io::json json_of(const dot_plot& plot) {
  using namespace plots_detail;
  vscg::io::json result{{"kind", "dots"}, {"title", plot.title}, {"x", of(plot.x)}, {"rows", plot.rows}};
  result["series"] = vscg::io::json::array();
  for (const dots& one : plot.series) {
    expect_size(plot.title, one.name, plot.rows.size(), one.at.size());
    auto series = series_of(one.name, one.color, result["series"].size());
    series["at"] = one.at;
    if (!one.low.empty() || !one.high.empty()) {
      expect_size(plot.title, one.name + ": low", plot.rows.size(), one.low.size());
      expect_size(plot.title, one.name + ": high", plot.rows.size(), one.high.size());
      series["low"] = one.low;
      series["high"] = one.high;
    }
    result["series"].push_back(series);
  }
  return result;
}

inline vscg::io::json json_of(const bar_plot& plot) {
  using namespace plots_detail;
  vscg::io::json result{{"kind", "bars"}, {"title", plot.title}, {"x", of({plot.x_title, {}, {}})}};
  result["labels"] = plot.labels;
  result["y"] = of(plot.y);
  result["series"] = vscg::io::json::array();
  for (const bars& one : plot.series) {
    expect_size(plot.title, one.name, plot.labels.size(), one.y.size());
    auto series = series_of(one.name, one.color, result["series"].size());
    series["y"] = one.y;
    result["series"].push_back(series);
  }
  return result;
}

}  // namespace pages
