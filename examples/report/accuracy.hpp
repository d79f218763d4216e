// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "pages/matrix.hpp"
#include "pages/page.hpp"
#include "pages/plots.hpp"
#include "report/shown_report.hpp"

namespace report {

/// Accuracy of each class that occurs, for all runs.
inline void add_accuracy(pages::page& page, const shown_report& shown) {
  page.section("Accuracy by category");
  page.paragraph(
      "Of the segments of a category, the share whose class is right. In brackets: how many segments there are.");
  pages::dot_plot plot{"", {"right, %", 0, 100}};
  const auto& counts = shown.runs.front().confusion;  // the truth is the same for all
  for (std::size_t c = 0; c < counts.classes(); ++c) {
    if (counts.support(c) > 0) plot.rows.push_back(shown.names[c] + " (" + std::to_string(counts.support(c)) + ")");
  }
  for (const auto& run : shown.runs) {
    pages::dots dots{run.name, {}};
    for (std::size_t c = 0; c < counts.classes(); ++c) {
      if (counts.support(c) > 0) dots.at.push_back(100 * run.confusion.recall(c));
    }
    plot.series.push_back(dots);
  }
  page.plot(json_of(plot));
}

/// The confusion matrix of each run, without the classes that are neither true nor said in any.
inline void add_confusion(pages::page& page, const shown_report& shown) {
  page.section("Confusion matrix");
  page.paragraph(
      "Rows are the true classes of segments, columns what the network said, in the same order. "
      "The stronger the color of a cell, the greater its share of the row; right answers are framed.");
  std::vector<std::size_t> met;
  for (std::size_t c = 0; c < shown.names.size(); ++c) {
    const auto has = [&](const measured_run& run) { return run.confusion.support(c) + run.confusion.called(c) > 0; };
    if (std::any_of(shown.runs.begin(), shown.runs.end(), has)) met.push_back(c);
  }
  for (const auto& run : shown.runs) {
    const auto& counts = run.confusion;
    pages::matrix matrix{run.name, {}, {}, {}};
    for (const std::size_t truth : met) {
      matrix.rows.push_back(shown.names[truth]);
      matrix.columns.push_back(shown.names[truth]);
      auto& row = matrix.counts.emplace_back();
      for (const std::size_t said : met) row.push_back(counts.count(truth, said));
    }
    page.add(markup_of(matrix));
  }
}

}  // namespace report
