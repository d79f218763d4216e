// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/number_text.hpp>
#include <vscg/optim/optimizer_state.hpp>
#include <vscg/optim/settings_check.hpp>
#include <vscg/optim/update_kernels.hpp>

namespace vscg {

/// The numbers of `sgd`, as a step reads them from the backend's memory.
struct sgd_numbers {
  double learning_rate;
  double momentum;
  double dampening;
  double weight_decay;
  bool nesterov;
};

namespace kernels {

/// g ← g + λw, b ← μb + (1-τ)g, at first b ← g, then w ← w - lr b or, for Nesterov, w ← w - lr (g + μb). Without
/// momentum w ← w - lr g, and b stays as it is.
struct sgd_rule {
  using settings = sgd_numbers;
  static constexpr int moments = 1;
  static constexpr moment_description moment_names[] = {{"momentum", "momenta", false}};
  static constexpr const char* moment_choice = "1: the momentum";

  /// Steps taken, and how many of them had momentum.
  struct progress {
    double steps = 0;
    double with_momentum = 0;
    VSCG_HD progress next(const settings& s) const { return {steps + 1, with_momentum + (s.momentum > 0 ? 1 : 0)}; }
    void check(const std::string& what) const {
      if (!(with_momentum >= 0) || !(with_momentum <= steps) || with_momentum != std::floor(with_momentum)) {
        throw expectation_error(what, "a number of steps with momentum, at most " + detail::number_text(steps),
                                detail::number_text(with_momentum));
      }
    }
  };

  /// The numbers of one step, computed from the settings and the progress.
  template <class T>
  struct factors {
    T rate;
    T decay;
    T keep, take;        // b ← keep b + take g
    T momentum, direct;  // w ← w - rate (momentum b + direct g)
    VSCG_HD factors scaled(T rate_scale) const {
      factors f = *this;
      f.rate = rate_scale * rate;
      return f;
    }
  };

  template <class T>
  VSCG_HD static factors<T> factors_of(const settings& s, const progress& after) {
    factors<T> f{};
    f.rate = static_cast<T>(s.learning_rate);
    f.decay = static_cast<T>(s.weight_decay);
    if (!(s.momentum > 0)) {
      f.keep = f.direct = T(1);
      return f;
    }
    const bool first = after.with_momentum == 1;
    f.keep = static_cast<T>(first ? 0 : s.momentum);
    f.take = static_cast<T>(first ? 1 : 1 - s.dampening);
    f.momentum = static_cast<T>(s.nesterov ? s.momentum : 1);
    f.direct = T(s.nesterov ? 1 : 0);
    return f;
  }

  template <class T, class V>
  VSCG_HD static element_state<V, 1> after(const factors<T>& f, V gradient, const element_state<V, 1>& now) {
    const V g = gradient + V(f.decay) * now.weight;
    element_state<V, 1> next{};
    next.moment[0] = V(f.keep) * now.moment[0] + V(f.take) * g;
    next.weight = now.weight - V(f.rate) * (V(f.momentum) * next.moment[0] + V(f.direct) * g);
    return next;
  }
};

}  // namespace kernels

/// Stochastic gradient descent with momentum. PyTorch: torch.optim.SGD with the same numbers.
struct sgd {
  double learning_rate = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;

  static constexpr const char* name = "sgd";  ///< in checkpoints
  using settings = sgd_numbers;
  template <class Scalar, class Backend>
  using state = optimizer_state<kernels::sgd_rule, Scalar, Backend>;

  /// What a step reads.
  settings numbers() const { return {learning_rate, momentum, dampening, weight_decay, nesterov}; }

  /// Throws vscg::expectation_error unless these numbers are usable after rounding to `Scalar`: a rate and a decay of
  /// at least 0, momentum and dampening in [0, 1), and for Nesterov's form a momentum and no dampening.
  template <class Scalar>
  void check() const {
    const settings_check<Scalar> expect{name};
    expect.at_least_0("learning_rate", learning_rate);
    expect.share("momentum", momentum);
    expect.share("dampening", dampening);
    expect.at_least_0("weight_decay", weight_decay);
    if (!nesterov) return;
    expect.expect(momentum > 0, "momentum", "a number above 0 for nesterov", momentum);
    expect.expect(dampening == 0, "dampening", "0 for nesterov", dampening);
  }

  /// Calls f(name, field) for each setting of `s`.
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F f) {
    f("learning_rate", s.learning_rate);
    f("momentum", s.momentum);
    f("dampening", s.dampening);
    f("weight_decay", s.weight_decay);
    f("nesterov", s.nesterov);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
