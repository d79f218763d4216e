// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/ops/pointwise_loss.hpp>

namespace vscg {

/// l = max(x, 0) - x t + log(1 + exp(-|x|)); dl/dx = sigmoid(x) - t.
struct binary_cross_entropy_with_logits_function {
  static constexpr const char* name = "binary_cross_entropy_with_logits";
  template <class V>
  VSCG_HD static V value(V x, V t) {
    using math::abs;
    using math::exp;
    using math::log1p;
    using math::max;
    return max(x, V(0)) - x * t + log1p(exp(V(0) - abs(x)));
  }
  template <class V>
  VSCG_HD static V slope(V x, V t) {
    return math::sigmoid(x) - t;
  }
};

/// l = -(t log p + (1 - t) log(1 - p)), with logarithms clamped at -100; dl/dp = (p - t) / max(p (1 - p), 1e-12).
struct binary_cross_entropy_function {
  static constexpr const char* name = "binary_cross_entropy";
  template <class V>
  VSCG_HD static V value(V p, V t) {
    using math::log;
    using math::max;
    return V(0) - (t * max(log(p), V(-100)) + (V(1) - t) * max(log(V(1) - p), V(-100)));
  }
  template <class V>
  VSCG_HD static V slope(V p, V t) {
    using math::max;
    return (p - t) / max(p * (V(1) - p), math::constant<V>(1e-12));
  }
};

/// [B, ...] logits and targets in [0, 1] to [B]: PyTorch's F.binary_cross_entropy_with_logits, mean over each item.
template <Var X, Var Target>
auto binary_cross_entropy_with_logits(const X& x, const Target& target) {
  return pointwise_loss<binary_cross_entropy_with_logits_function>(x, target);
}
VSCG_OPERANDS_OF(binary_cross_entropy_with_logits, 2, 2)

/// [B, ...] probabilities and targets in [0, 1] to [B]: PyTorch's F.binary_cross_entropy, mean over each item.
template <Var X, Var Target>
auto binary_cross_entropy(const X& p, const Target& target) {
  return pointwise_loss<binary_cross_entropy_function>(p, target);
}
VSCG_OPERANDS_OF(binary_cross_entropy, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
