// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/embedding.hpp>

namespace vscg::nn {

/// A learned vector for each of `Count` indices: class or token indices [B, ...] to [B, ..., C]. As a network's input
/// they are `indices<dyn, T>`, and a batch with an index outside 0 … Count - 1 is refused.
///
/// Names: weight [Count, C], which starts as N(0, 1). PyTorch: nn.Embedding(Count, C).
template <int Count, int C>
struct embedding {
  parameter<init::normal, Count, C> weight;
  VSCG_MEMBERS(weight)

  using inputs = input_shapes<indices<dyn>>;

  template <Var X>
  auto operator()(const X& x) const {
    return vscg::embedding<embedding>(x, operand(x, weight));
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
