// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>
#include <vscg/optim/adam_rule.hpp>
#include <vscg/optim/optimizer_state.hpp>

namespace vscg {

/// Adam (Kingma & Ba, 2015). PyTorch: torch.optim.Adam with the same numbers. Its weight decay λ adds λw to the
/// gradient of each weight w.
struct adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;

  static constexpr const char* name = "adam";  ///< in checkpoints
  using settings = adam_numbers;
  template <class Scalar, class Backend>
  using state = optimizer_state<kernels::adam_rule, Scalar, Backend>;

  /// What a step reads.
  settings numbers() const { return {learning_rate, beta1, beta2, epsilon, weight_decay, false}; }

  /// Throws vscg::expectation_error unless these numbers are usable after rounding to `Scalar`: a rate and a decay of
  /// at least 0, β in [0, 1) and ε above 0.
  template <class Scalar>
  void check() const {
    numbers().template check<Scalar>(name);
  }

  /// Calls f(name, field) for each setting of `s`.
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F f) {
    f("learning_rate", s.learning_rate);
    f("beta1", s.beta1);
    f("beta2", s.beta2);
    f("epsilon", s.epsilon);
    f("weight_decay", s.weight_decay);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
