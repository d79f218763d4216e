// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <numbers>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>

// Learning rates by epoch. Epochs count from 1. Each has the numbers of a scheduler in torch.optim.lr_scheduler that is
// stepped at the end of each epoch, but computes them from the epoch alone, so a run may go on anywhere.

namespace vscg::train {

/// The rate of every step of an epoch; it depends only on the epoch.
template <class Type>
concept Schedule = requires(const Type& schedule, std::size_t epoch) {
  { schedule.rate(epoch) } -> std::same_as<double>;
};

namespace schedule_detail {
/// How many epochs have passed, as a number. Throws vscg::expectation_error for epoch 0.
inline double passed(std::size_t epoch) {
  if (epoch == 0) throw expectation_error("epoch of a learning rate", "at least 1", "0");
  return static_cast<double>(epoch - 1);
}
inline double length(const char* schedule, std::size_t epochs) {
  if (epochs == 0) throw expectation_error(schedule, "at least 1 epoch", "0");
  return static_cast<double>(epochs);
}
}  // namespace schedule_detail

/// `initial`, times `factor` in the first `epochs` epochs. PyTorch: ConstantLR with factor and total_iters = `epochs`.
struct constant_schedule {
  double initial = 1e-3;
  double factor = 1;
  std::size_t epochs = 0;

  double rate(std::size_t epoch) const { return epoch <= epochs ? initial * factor : initial; }
};

/// A learning rate that falls in steps: `initial`, times `factor` for each epoch of `after` that has passed: `after` =
/// {60} means that it is multiplied from epoch 61 on. PyTorch: MultiStepLR with the same milestones.
struct step_schedule {
  double initial = 1e-3;
  double factor = 0.8;
  std::vector<std::size_t> after;

  double rate(std::size_t epoch) const {
    double rate = initial;
    for (const std::size_t last : after) {
      if (epoch > last) rate *= factor;
    }
    return rate;
  }
};

/// `initial`, times `factor` after each epoch. PyTorch: ExponentialLR with gamma = `factor`.
struct exponential_schedule {
  double initial = 1e-3;
  double factor = 0.95;

  double rate(std::size_t epoch) const { return initial * std::pow(factor, schedule_detail::passed(epoch)); }
};

/// Half a wave of the cosine: from `initial` in epoch 1 to `lowest` in epoch 1 + `epochs`, and then up again. PyTorch:
/// CosineAnnealingLR with T_max = `epochs` and eta_min = `lowest`. Throws vscg::expectation_error if `epochs` is 0.
struct cosine_schedule {
  double initial = 1e-3;
  std::size_t epochs = 1;
  double lowest = 0;

  double rate(std::size_t epoch) const {
    const double turn = schedule_detail::passed(epoch) / schedule_detail::length("cosine_schedule", epochs);
    return lowest + (initial - lowest) * (1 + std::cos(std::numbers::pi * turn)) / 2;
  }
};

/// A warm-up: `initial` times a factor that goes in equal steps from `first_factor` in epoch 1 to `last_factor` in
/// epoch 1 + `epochs`, and stays there. PyTorch: LinearLR with start_factor, end_factor and total_iters = `epochs`.
/// Throws vscg::expectation_error if `epochs` is 0.
struct linear_schedule {
  double initial = 1e-3;
  double first_factor = 1.0 / 3;
  double last_factor = 1;
  std::size_t epochs = 5;

  double rate(std::size_t epoch) const {
    const double done = schedule_detail::passed(epoch) / schedule_detail::length("linear_schedule", epochs);
    return initial * (first_factor + (last_factor - first_factor) * std::min(done, 1.0));
  }
};

/// `first` in the first `epochs` epochs; then `then`, whose epoch 1 is the one after them. PyTorch: SequentialLR.
template <Schedule First, Schedule Then>
struct sequential_schedule {
  First first;
  std::size_t epochs = 0;
  Then then;

  double rate(std::size_t epoch) const { return epoch <= epochs ? first.rate(epoch) : then.rate(epoch - epochs); }
};
template <class First, class Then>
sequential_schedule(First, std::size_t, Then) -> sequential_schedule<First, Then>;

}  // namespace vscg::train

#include <vscg/core/end.hpp>
