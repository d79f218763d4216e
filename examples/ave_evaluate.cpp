// SPDX-License-Identifier: MIT
// Measures weights on a split of a data set: accuracy over all segments and by category, and a confusion matrix.
//
//   ave_evaluate --data AVE --weights RUN/best.safetensors
//   ave_evaluate --data AVE --weights RUN/best.safetensors --split validation --json evaluation.json
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/io/json.hpp>
#include <vscg/train/ave/metrics.hpp>

#include "networks/network.hpp"
#include "programs/card.hpp"
#include "programs/evaluate_options.hpp"
#include "programs/features.hpp"
#include "programs/files.hpp"
#include "programs/memory.hpp"
#include "programs/program.hpp"
#include "programs/report_fields.hpp"
#include "programs/stop.hpp"
#include "programs/weights.hpp"

namespace {

using vscg::data::split;
using vscg::io::json;
using vscg::train::confusion_matrix;

void print(const confusion_matrix& counts, const std::vector<std::string>& names) {
  std::printf("accuracy %.2f %% (%zu of %zu segments)\n", 100 * counts.accuracy(), counts.right(), counts.total());
  std::printf("majority class: always %s would score %.2f %%\n\n", names[counts.majority_class()].c_str(),
              100 * counts.majority_accuracy());
  std::printf("      %-30s %8s %8s %9s %9s\n", "class", "segments", "right", "accuracy", "precision");
  for (std::size_t c = 0; c < counts.classes(); ++c) {
    const auto percent = [](std::size_t of, double share) {
      char text[16] = "-";
      if (of > 0) std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
      return std::string(text);
    };
    std::printf("%4zu  %-30s %8zu %8zu %9s %9s\n", c, names[c].c_str(), counts.support(c), counts.count(c, c),
                percent(counts.support(c), counts.recall(c)).c_str(),
                percent(counts.called(c), counts.precision(c)).c_str());
  }
  // Classes that neither occur nor are predicted have empty rows and columns.
  std::vector<std::size_t> met;
  int width = 3;
  for (std::size_t c = 0; c < counts.classes(); ++c) {
    if (counts.support(c) + counts.called(c) > 0) met.push_back(c);
    width = std::max(width, static_cast<int>(std::to_string(counts.support(c)).size()) + 1);
  }
  std::printf("\nconfusion matrix: one row per true class, one column per predicted class\n    ");
  for (const std::size_t p : met) std::printf("%*zu", width, p);
  for (const std::size_t t : met) {
    std::printf("\n%4zu", t);
    for (const std::size_t p : met) {
      const std::size_t n = counts.count(t, p);
      std::printf("%*s", width, n == 0 ? "." : std::to_string(n).c_str());
    }
  }
  std::printf("\n");
}

void evaluate(const CLI::App& app, const programs::evaluate_options& given) {
  auto inputs = programs::data_files("--data", given.data);
  inputs.push_back({"--weights", given.weights});
  programs::expect_apart(inputs, std::vector<programs::named_file>{{"--json", given.json_file}});
  const auto card = programs::use_card(given.device, given.precision);
  const auto network = programs::open_network(given.weights, given.threads, card != nullptr);
  const std::vector<std::string>& categories = network->ave().categories;
  const auto threshold = programs::relevance_threshold(*network, given.threshold);
  if (!given.json_file.empty()) programs::expect_writable(given.json_file);

  // Both settings are measured against the labels of segments.
  vscg::data::ave_options how;
  how.warn = programs::warn_as(app);
  how.required = {given.part};
  const auto ave = vscg::data::ave_dataset::open(given.data, how);
  const auto order = ave.order(given.part);
  if (const auto difference = programs::categories_differ(categories, ave.category_names())) {
    throw vscg::expectation_error(given.data, "the categories that " + given.weights + " was trained for", *difference);
  }

  const programs::ave_features videos(ave, {order.begin(), order.end()});
  confusion_matrix counts(vscg::data::categories);
  programs::localize(*network, videos, threshold.value_or(0), [&](const networks::localization& said) {
    for (std::size_t i = 0; i < said.videos; ++i) {
      counts.add(ave.segment_classes(order[said.first + i]),
                 std::span(said.classes).subspan(i * vscg::data::segments, vscg::data::segments));
    }
  });

  std::vector<std::string> names = categories;
  names.emplace_back("background");
  std::printf("%s on the %zu videos of %s in %s", identity_text(network->metadata()).c_str(), order.size(),
              name_of(given.part), given.data.c_str());
  if (threshold) std::printf(", background up to relevance %g", *threshold);
  std::printf("\n");
  print(counts, names);
  if (given.json_file.empty()) return;
  json fields = programs::report_of(given.weights, *network, threshold);
  fields["data"] = programs::utf8_text(given.data);
  fields["split"] = name_of(given.part);
  fields["videos"] = order.size();
  fields.update(programs::evaluation_fields(counts, names));
  const programs::stop_hold hold;
  vscg::io::write_json(given.json_file, fields);
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_evaluate", [&] {
    CLI::App app("Measures the weights of a network on a split of the AVE data set.", "ave_evaluate");
    programs::evaluate_options given;
    programs::add_options(app, given);
    if (programs::parse(app, argc, argv)) evaluate(app, given);
  });
}
