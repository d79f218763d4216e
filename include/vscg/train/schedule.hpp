// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <vector>

#include <vscg/core/config.hpp>

namespace vscg::train {

/// A learning rate that falls in steps: `initial`, times `factor` for each epoch of `after` that has passed. Epochs
/// count from 1, so `after` = {60} means that it is multiplied from epoch 61 on. PyTorch: MultiStepLR with the same
/// milestones, stepped at the end of each epoch.
struct step_schedule {
  double initial = 1e-3;
  double factor = 0.8;
  std::vector<std::size_t> after;

  /// The rate of every step of an epoch; it depends only on the epoch.
  double rate(std::size_t epoch) const {
    double rate = initial;
    for (const std::size_t last : after) {
      if (epoch > last) rate *= factor;
    }
    return rate;
  }
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
