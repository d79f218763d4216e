// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/io/json.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/settings.hpp>

namespace vscg::train {

/// summary.json, as it stands after the epochs that are done. Accuracies are shares of segments, 0 … 1, null where
/// nothing was measured; `seconds` is the time spent training and evaluating, over all sessions of the run.
inline io::json summary_json(const run_description& run, std::size_t parameters, std::size_t threads) {
  using history_detail::number_or_null;
  const run_history& history = run.position.history;
  const epoch_record* const chosen = chosen_epoch(history);
  double seconds = run.position.seconds_of_epoch;
  for (const auto& record : history) seconds += record.seconds;
  return {{"test_accuracy", chosen != nullptr ? io::json(*chosen->test_accuracy) : io::json()},
          {"validation_accuracy", chosen != nullptr ? io::json(*chosen->validation_accuracy) : io::json()},
          {"epoch", chosen != nullptr ? io::json(chosen->epoch) : io::json()},
          {"best_test_accuracy", number_or_null(best_test_accuracy(history))},
          {"epochs_done", history.size()},
          {"finished", history.size() >= run.settings.epochs},
          {"steps", run.position.steps},
          {"parameters", parameters},
          {"seconds", seconds},
          {"peak_memory_mib", run.position.peak_memory_mib},
          {"seed", run.settings.seed},
          {"threads", threads},
          {"build", run.build},
          {"settings", settings_json(run.settings)}};
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
