// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <optional>
#include <string>

#include <vscg/io/json_record.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/computed_on.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/settings.hpp>

namespace vscg::train {

/// summary.json, after the epochs that are done. Accuracies are null if nothing was measured; `seconds` is the time
/// spent training and evaluating, over all sessions of the run. The loss reaches `reached` of the `parameters`.
template <class Settings>
std::string summary_text(const run_description<Settings>& run, std::size_t parameters, std::size_t reached,
                         std::size_t threads, const computed_on& on = {}) {
  const run_history& history = run.position.history;
  const epoch_record* const chosen = chosen_epoch(history);
  double seconds = run.position.seconds_of_epoch;
  for (const auto& record : history) seconds += record.seconds;
  const std::optional<double> none;
  io::json_writer summary(true);
  summary.add("test_accuracy", chosen != nullptr ? chosen->test_accuracy : none);
  summary.add("validation_accuracy", chosen != nullptr ? chosen->validation_accuracy : none);
  summary.add_json("epoch", chosen != nullptr ? io::json_value(chosen->epoch) : "null");
  summary.add("best_test_accuracy", best_test_accuracy(history));
  summary.add("epochs_done", history.size()).add("finished", history.size() >= run.settings.epochs);
  summary.add("steps", run.position.steps).add("parameters", parameters);
  summary.add("parameters_reached", reached).add("seconds", seconds);
  summary.add("step_seconds", step_seconds(history, run.position.steps_of_epochs()));
  summary.add("peak_memory_mib", run.position.peak_memory_mib).add("seed", run.settings.seed);
  on.for_each_field([&](const char* name, const std::string& field) {
    summary.add_json(name, field.empty() ? "null" : io::json_value(field));
  });
  summary.add("threads", threads).add("build", run.build).add_json("settings", settings_text(run.settings));
  return summary.text();
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
