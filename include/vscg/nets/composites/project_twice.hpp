// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg::composites {

/// x·W₁ᵀ·W₂ᵀ over the last axis: two linear layers with nothing between them.
///
/// Operands: x [..., In], W₁ [Hidden, In], W₂ [Out, Hidden]. Result: [..., Out].
template <class XShape, int Hidden, int Out>
struct project_twice {
  template <Var X, Var Weight, Var SecondWeight>
  auto operator()(const X& x, const Weight& first_weight, const SecondWeight& second_weight) const {
    const auto hidden = vscg::linear(x, first_weight);
    return vscg::linear(hidden, second_weight);
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
