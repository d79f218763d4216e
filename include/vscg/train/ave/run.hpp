// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <utility>

#include <vscg/core/team.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/ave/task.hpp>
#include <vscg/train/run.hpp>

namespace vscg::train {

/// A run on the AVE data set.
template <class Network, class Loss, class Scalar, class Backend, class Optimizer = adam>
class ave_run : public run<Network, Loss, Optimizer, Scalar, Backend, ave_task<Network, Loss, Scalar, Backend>> {
  using base = run<Network, Loss, Optimizer, Scalar, Backend, ave_task<Network, Loss, Scalar, Backend>>;

 public:
  /// Throws vscg::expectation_error for settings that do not suit the data set, and for `metadata` that could not be
  /// written into the weights file.
  ave_run(const data::ave_dataset& ave, ave_settings settings, threads n, io::network_metadata metadata)
      : base(std::move(settings), n, std::move(metadata), ave) {}
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
