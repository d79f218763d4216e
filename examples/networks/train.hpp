// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/run_types.hpp>

// What ave_train can train. Each network is compiled in a file of its own, train_<name>.cpp; the list in
// trainables.cpp is all that the program sees of them. To add one, write such a file, declare its functions and add a
// line to the list; or a line in hosts/, for a network in float on the processor.

namespace networks {

/// A run to begin or resume.
struct train_request {
  const vscg::data::ave_dataset& ave;
  const vscg::train::ave_settings& settings;
  vscg::threads threads;
  std::filesystem::path out;
  bool resume = false;
  const vscg::train::run_callbacks& callbacks;
  /// Called before anything is written. The run keeps the result alive until nothing is half-written any more, and
  /// releases it before its own memory and threads.
  std::function<std::shared_ptr<void>()> writing;
};

struct train_outcome {
  vscg::train::run_end end = vscg::train::run_end::finished;
  vscg::train::run_history history;
};

train_outcome train_vscg_fully_float(const train_request&);
train_outcome train_vscg_fully_double(const train_request&);
train_outcome train_vscg_fully_paper_float(const train_request&);
train_outcome train_vscg_fully_paper_double(const train_request&);
train_outcome train_vscg_weakly_float(const train_request&);
train_outcome train_vscg_weakly_double(const train_request&);
train_outcome train_vscg_weakly_paper_float(const train_request&);
train_outcome train_vscg_weakly_paper_double(const train_request&);

std::size_t vscg_fully_reached();
std::size_t vscg_fully_paper_reached();
std::size_t vscg_weakly_reached();
std::size_t vscg_weakly_paper_reached();

// See card.hpp.
train_outcome train_vscg_fully_cuda(const train_request&);
train_outcome train_vscg_weakly_cuda(const train_request&);

/// A network and the name that --network takes. The first one of a setting is its default.
struct trainable {
  std::string_view name;
  vscg::setting supervision;
  double published;             ///< accuracy, in percent; 0: none
  std::size_t (*parameters)();  ///< how many numbers a file of weights holds
  std::size_t (*reached)();     ///< how many of them the loss reaches
  train_outcome (*in_float)(const train_request&);
  train_outcome (*in_double)(const train_request&);  ///< null: only in float
  train_outcome (*on_cuda)(const train_request&);    ///< null: only on the processor
};

/// All of them.
std::vector<trainable> trainables();

}  // namespace networks
