// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>
#include <vscg/optim/settings_check.hpp>
#include <vscg/optim/update_kernels.hpp>

namespace vscg {

/// The numbers of `adam` and `adamw`, as a step reads them from the backend's memory.
struct adam_numbers {
  double learning_rate;
  double beta1;
  double beta2;
  double epsilon;
  double weight_decay;
  bool decoupled;  // the decay shrinks the weight itself and is no part of the gradient

  template <class Scalar>
  void check(const char* optimizer) const {
    const settings_check<Scalar> expect{optimizer};
    expect.at_least_0("learning_rate", learning_rate);
    expect.share("beta1", beta1);
    expect.share("beta2", beta2);
    expect.above_0("epsilon", epsilon);
    expect.at_least_0("weight_decay", weight_decay);
  }
};

namespace kernels {

/// m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - lr m̂ / (√v̂ + ε) with m̂ = m/(1-β₁ᵗ), v̂ = v/(1-β₂ᵗ). A decay λ
/// first adds λw to g or, decoupled, first takes lr λw from w.
struct adam_rule {
  using settings = adam_numbers;
  static constexpr int moments = 2;
  static constexpr moment_description moment_names[] = {{"first moment", "first moments", false},
                                                        {"second moment", "second moments", true}};
  static constexpr const char* moment_choice = "1 or 2: first or second";

  /// Steps taken, β₁ᵗ, β₂ᵗ.
  struct progress {
    double steps = 0;
    double power1 = 1;
    double power2 = 1;
    VSCG_HD progress next(const settings& s) const { return {steps + 1, power1 * s.beta1, power2 * s.beta2}; }
    void check(const std::string& what) const {
      for (const double power : {power1, power2}) {
        if (!(power >= 0) || !(power <= 1))
          throw expectation_error(what, "powers from 0 to 1", detail::number_text(power));
      }
    }
  };

  /// The numbers of one step, computed from the settings and the progress.
  template <class T>
  struct factors {
    T rate;  // lr / (1-β₁ᵗ)
    T root;  // 1 / √(1-β₂ᵗ)
    T beta1;
    T rest1;  // 1-β₁
    T beta2;
    T rest2;  // 1-β₂
    T epsilon;
    T decay;      // of the gradient
    T shrinking;  // of the weight
    VSCG_HD factors scaled(T rate_scale) const {
      factors f = *this;
      f.rate = rate_scale * rate;
      f.shrinking = rate_scale * shrinking;
      return f;
    }
  };

  template <class T>
  VSCG_HD static factors<T> factors_of(const settings& s, const progress& after) {
    using math::sqrt;
    factors<T> f{};
    f.rate = static_cast<T>(s.learning_rate / (1 - after.power1));
    f.root = static_cast<T>(1 / sqrt(1 - after.power2));
    f.beta1 = static_cast<T>(s.beta1);
    f.rest1 = T(1) - f.beta1;
    f.beta2 = static_cast<T>(s.beta2);
    f.rest2 = T(1) - f.beta2;
    f.epsilon = static_cast<T>(s.epsilon);
    f.decay = static_cast<T>(s.decoupled ? 0 : s.weight_decay);
    f.shrinking = static_cast<T>(s.decoupled ? s.learning_rate * s.weight_decay : 0);
    return f;
  }

  template <class T, class V>
  VSCG_HD static element_state<V, 2> after(const factors<T>& f, V gradient, const element_state<V, 2>& now) {
    using math::sqrt;
    const V g = gradient + V(f.decay) * now.weight;
    element_state<V, 2> next{};
    next.moment[0] = V(f.beta1) * now.moment[0] + V(f.rest1) * g;
    next.moment[1] = V(f.beta2) * now.moment[1] + V(f.rest2) * (g * g);
    next.weight = now.weight - V(f.shrinking) * now.weight -
                  V(f.rate) * next.moment[0] / (sqrt(next.moment[1]) * V(f.root) + V(f.epsilon));
    return next;
  }
};

}  // namespace kernels

}  // namespace vscg

#include <vscg/core/end.hpp>
