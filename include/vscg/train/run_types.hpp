// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>

#include <vscg/train/history.hpp>

namespace vscg::train {

/// Where a run is after a step; means are over the steps of this epoch.
struct step_report {
  std::size_t epoch = 0;  ///< from 1
  std::size_t epochs = 0;
  std::size_t batch = 0;  ///< from 1
  std::size_t batches = 0;
  double loss = 0;
  std::span<const char* const> term_names;
  std::span<const double> terms;
};

/// What a run reports and asks; each may be empty. They are called on the thread that trains.
struct run_callbacks {
  std::function<void(const step_report&)> step;
  std::function<void(const epoch_record&)> epoch;
  std::function<void(const std::string&)> warn;
  std::function<bool()> stop;  ///< asked within steps, while data is waited for, between batches of an evaluation
};

/// Which of its settings' epochs a run trains. The others belong to runs of other networks, in the same folder
/// (phases.hpp).
struct epoch_range {
  std::size_t first = 1;
  std::size_t last = std::numeric_limits<std::size_t>::max();
};

enum class run_end : unsigned char { finished, interrupted };

/// How a run ended, and what it measured.
struct run_outcome {
  run_end end = run_end::finished;
  run_history history;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
