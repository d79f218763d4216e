// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vscg/io/json.hpp>

#include "pages/page.hpp"
#include "pages/plots.hpp"
#include "report/shown_report.hpp"

namespace report {

/// One row for each run: what it is and how good.
inline void add_overview(pages::page& page, const shown_report& shown) {
  page.section("Runs");
  page.paragraph("Accuracy is the share of segments (seconds) whose class is right. It is measured now, on the " +
                 counted(shown.videos.measured, "video") + " of the " + shown.split +
                 " split; the run's own figures are of the epoch that was best on validation.");
  pages::table table;
  table.columns = {{"run", false},         {shown.split + ", %"}, {"network", false}, {"setting", false},
                   {"measured on", false}, {"own validation, %"}, {"own test, %"},    {"epoch"},
                   {"of epochs"},          {"parameters"},        {"seed"},           {"minutes"}};
  for (const auto& run : shown.runs) {
    const auto text = [&](const char* field) { return run.fields.at(field).get<std::string>(); };
    table.rows.push_back({run.name, pages::strong(percent(run.confusion.accuracy())),
                          text("network") + (text("form").empty() ? "" : " (" + text("form") + ")"), text("setting"),
                          text("device") + ", " + text("precision"),
                          number_in(run.summary, "validation_accuracy", 100, 1),
                          number_in(run.summary, "test_accuracy", 100, 1), number_in(run.summary, "epoch"),
                          number_in(run.summary, "epochs_done"), number_in(run.summary, "parameters"),
                          number_in(run.summary, "seed"), number_in(run.summary, "seconds", 1.0 / 60, 1)});
  }
  page.table(table);
  const auto& counts = shown.runs.front().confusion;
  page.paragraph("Always saying " + shown.names[counts.majority_class()] + ", the most frequent class, would score " +
                 percent(counts.majority_accuracy()) + " %.");
}

/// Loss and accuracies by epoch.
inline void add_curves(pages::page& page, const shown_report& shown) {
  page.section("Learning curves");
  pages::line_plot loss{"Training loss", {"epoch"}, {"mean of an epoch", 0}};
  pages::line_plot accuracy{"Validation accuracy", {"epoch"}, {"%"}};
  pages::line_plot test{"Test accuracy", {"epoch"}, {"%"}};
  for (std::size_t r = 0; r < shown.runs.size(); ++r) {
    const auto& run = shown.runs[r];
    pages::line losses{run.name, {}, {}, r}, validated = losses, tested = losses;
    for (const auto& epoch : run.history) {
      const auto add = [&](pages::line& to, std::optional<double> value) {
        to.x.push_back(static_cast<double>(epoch.epoch));
        to.y.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      };
      const auto share = [](std::optional<double> value) { return value ? std::optional(100 * *value) : value; };
      add(losses, epoch.loss);
      if (epoch.validation_accuracy) add(validated, share(epoch.validation_accuracy));
      if (epoch.test_accuracy) add(tested, share(epoch.test_accuracy));
    }
    loss.series.push_back(std::move(losses));
    if (!validated.x.empty()) accuracy.series.push_back(std::move(validated));
    if (!tested.x.empty()) test.series.push_back(std::move(tested));
  }
  page.paragraph("Losses of different networks have different terms and are not to be compared with each other.");
  std::vector<vscg::io::json> plots{json_of(loss)};
  for (const auto& measured : {accuracy, test}) {
    if (!measured.series.empty()) plots.push_back(json_of(measured));
  }
  page.plots(plots);
}

}  // namespace report
