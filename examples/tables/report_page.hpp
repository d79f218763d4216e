// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pages/page.hpp"
#include "tables/document.hpp"
#include "tables/report.hpp"
#include "tables/results.hpp"
#include "tables/statistics.hpp"
#include "tables/table.hpp"

// A report as a page with plots.

namespace tables {

namespace page_detail {

inline constexpr double no_point = std::numeric_limits<double>::quiet_NaN();

/// Published and measured accuracy of each row in one column. Rows without any number are left out.
inline std::optional<vscg::io::json> accuracy_plot(const table& t, std::size_t column, const all_measurements& all) {
  pages::dot_plot plot{std::string(t.columns[column]), {"accuracy, %"}, {}, {}};
  pages::dots published{"published", {}}, best{"best-test", {}}, test{"test, with its 95 % interval", {}};
  bool any = false;
  for (const row& r : t.rows) {
    const cell& c = r.cells[column];
    const auto* const m = of(c, all);
    const auto measured = m == nullptr ? std::nullopt : estimate_of(known(m->test));
    const auto highest = m == nullptr ? std::nullopt : estimate_of(known(m->best_test));
    if (c.published == 0 && !measured && !highest) continue;
    any = any || measured || highest;
    plot.rows.emplace_back(r.method);
    published.at.push_back(c.published == 0 ? no_point : c.published);
    best.at.push_back(highest ? highest->mean : no_point);
    test.at.push_back(measured ? measured->mean : no_point);
    // An accuracy of -10 % would only squeeze the plot.
    const double half = measured ? measured->half.value_or(0) : 0;
    test.low.push_back(measured ? std::max(0.0, measured->mean - half) : no_point);
    test.high.push_back(measured ? std::min(100.0, measured->mean + half) : no_point);
  }
  if (!any) return std::nullopt;
  plot.series = {std::move(test), std::move(best), std::move(published)};
  return json_of(plot);
}

/// The differences of one column with their intervals.
inline std::optional<vscg::io::json> difference_plot(const table& t, std::size_t column, const all_measurements& all) {
  pages::dot_plot plot{std::string(t.columns[column]) + ": differences", {"points of test accuracy"}, {}, {}};
  pages::dots all_of{"difference, with its 95 % interval", {}};
  for (const row& r : t.rows) {
    if (r.reference.empty()) continue;
    const auto *const a = of(r.cells[column], all), *const b = of(t.at(r.reference).cells[column], all);
    const auto d = a == nullptr || b == nullptr ? std::nullopt : paired_difference(a->test, b->test);
    if (!d) continue;
    plot.rows.push_back(std::string(r.method) + " − " + std::string(r.reference));
    all_of.at.push_back(d->mean);
    all_of.low.push_back(d->mean - d->half.value_or(0));
    all_of.high.push_back(d->mean + d->half.value_or(0));
  }
  if (plot.rows.empty()) return std::nullopt;
  plot.series.push_back(std::move(all_of));
  return json_of(plot);
}

/// The mean over the seeds of what `value` says about each epoch that all of them have.
template <class Value>
pages::line mean_curve(std::string name, const measurements& m, Value value) {
  pages::line curve{std::move(name), {}, {}};
  std::size_t epochs = m.histories.empty() ? 0 : m.histories.front().size();
  for (const auto& history : m.histories) epochs = std::min(epochs, history.size());
  for (std::size_t e = 0; e < epochs; ++e) {
    by_seed numbers;
    for (const auto& history : m.histories) numbers.push_back(value(history[e]));
    const auto mean = estimate_of(known(numbers));
    if (!mean) continue;
    curve.x.push_back(static_cast<double>(e + 1));
    curve.y.push_back(mean->mean);
  }
  return curve;
}

/// Test accuracy and loss of all networks of one column, by epoch.
inline std::vector<vscg::io::json> learning_curves(const table& t, std::size_t column, const all_measurements& all) {
  using vscg::train::epoch_record;
  const std::string name(t.columns[column]);
  pages::line_plot accuracy{name + ": test accuracy, mean over the seeds", {"epoch"}, {"%"}, {}};
  pages::line_plot loss{name + ": loss, mean over the seeds", {"epoch"}, {"loss"}, {}};
  for (const row& r : t.rows) {
    const auto* const m = of(r.cells[column], all);
    if (m == nullptr || m->runs() == 0) continue;
    const std::string method(r.method);
    accuracy.series.push_back(mean_curve(method, *m, [](const epoch_record& e) {
      return e.test_accuracy ? std::optional(100 * *e.test_accuracy) : std::nullopt;
    }));
    loss.series.push_back(mean_curve(method, *m, [](const epoch_record& e) { return std::optional(e.loss); }));
  }
  if (loss.series.empty()) return {};
  return {json_of(accuracy), json_of(loss)};
}

}  // namespace page_detail

/// The report of a table as one self-contained page. `text` is its report().
inline pages::page page_of(const document& text, const table& t, const all_measurements& all) {
  using namespace page_detail;
  pages::page page(text.title);
  for (const std::string& paragraph : text.head) page.paragraph(paragraph);
  page.add(pages::element("div", {{"class", "wide"}}, pages::element("pre", pages::element("code", text.command))));
  for (const sheet& one : text.sheets) {
    pages::table rows;
    for (const std::string& column : one.columns) rows.columns.push_back({column, !rows.columns.empty()});
    for (const auto& row : one.rows) rows.rows.emplace_back(row.begin(), row.end());
    page.section(one.title).table(rows);
  }
  if (t.trains) {
    std::vector<vscg::io::json> dots, curves;
    for (std::size_t column = 0; column < t.columns.size(); ++column) {
      if (auto plot = accuracy_plot(t, column, all)) dots.push_back(std::move(*plot));
      if (auto plot = difference_plot(t, column, all)) dots.push_back(std::move(*plot));
      for (auto& plot : learning_curves(t, column, all)) curves.push_back(std::move(plot));
    }
    if (!dots.empty()) page.section("Accuracy and differences").plots(dots);
    if (!curves.empty()) page.section("Learning curves").plots(curves);
  }
  if (!text.notes.empty()) page.section("Notes");
  for (const std::string& note : text.notes) page.paragraph(note);
  return page;
}

}  // namespace tables
