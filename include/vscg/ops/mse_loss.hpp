// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/ops/pointwise_loss.hpp>

namespace vscg {

/// l = (x - t)²; dl/dx = 2 (x - t).
struct mse_loss_function {
  static constexpr const char* name = "mse_loss";
  template <class V>
  VSCG_HD static V value(V x, V t) {
    return (x - t) * (x - t);
  }
  template <class V>
  VSCG_HD static V slope(V x, V t) {
    return V(2) * (x - t);
  }
};

/// [B, ...] and targets to [B]: PyTorch's F.mse_loss, mean over each item.
template <Var X, Var Target>
auto mse_loss(const X& x, const Target& target) {
  return pointwise_loss<mse_loss_function>(x, target);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
