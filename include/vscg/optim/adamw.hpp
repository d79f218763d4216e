// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/optim/adam_rule.hpp>
#include <vscg/optim/optimizer_state.hpp>

namespace vscg {

/// Adam with decoupled weight decay (Loshchilov & Hutter, 2019): each step first takes lr λw from each weight w, which
/// is no part of its gradient. PyTorch: torch.optim.AdamW with the same numbers.
struct adamw {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;

  static constexpr const char* name = "adamw";  ///< in checkpoints
  using settings = adam_numbers;
  template <class Scalar, class Backend>
  using state = optimizer_state<kernels::adam_rule, Scalar, Backend>;

  /// What a step reads.
  settings numbers() const { return {learning_rate, beta1, beta2, epsilon, weight_decay, true}; }

  /// Throws vscg::expectation_error where `adam` would.
  template <class Scalar>
  void check() const {
    numbers().template check<Scalar>(name);
  }

  /// Calls f(name, field) for each setting of `s`.
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F f) {
    adam::for_each_setting(s, f);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
