// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/ops/pointwise_loss.hpp>

namespace vscg {

/// l = |x - t|; dl/dx = sign(x - t), 0 where they are equal.
struct l1_loss_function {
  static constexpr const char* name = "l1_loss";
  template <class V>
  VSCG_HD static V value(V x, V t) {
    using math::abs;
    return abs(x - t);
  }
  template <class V>
  VSCG_HD static V slope(V x, V t) {
    using math::where_greater;
    return where_greater(x, t, V(1), V(0)) - where_greater(t, x, V(1), V(0));
  }
};

/// [B, ...] and targets to [B]: PyTorch's F.l1_loss, mean over each item.
template <Var X, Var Target>
auto l1_loss(const X& x, const Target& target) {
  return pointwise_loss<l1_loss_function>(x, target);
}
VSCG_OPERANDS_OF(l1_loss, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
