// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>

#include <vscg/core/var.hpp>
#include <vscg/nets/composites/results.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::composites {

/// dropout(relu(x·Wᵀ)) of two streams, with two projections each. `uses`: of one dropout layer, in the order of the
/// results.
///
/// Operands: two streams [B, T, C], then W₁ and W₂ [C, C] of the first and of the second. Results: the first stream's
/// two, then the second's, each [B, T, C].
template <int T, int C>
struct project_branches {
  std::array<dropout_use, 4> uses;

  template <Var First, Var Second, Var Weight>
  auto operator()(const First& first, const Second& second, const Weight& first_w1, const Weight& first_w2,
                  const Weight& second_w1, const Weight& second_w2) const {
    const auto of = [&](const auto& x, const Weight& weight, const dropout_use& use) {
      return vscg::dropout(vscg::linear<relu_function>(x, weight), use);
    };
    const auto first_1 = of(first, first_w1, uses[0]);
    const auto first_2 = of(first, first_w2, uses[1]);
    const auto second_1 = of(second, second_w1, uses[2]);
    const auto second_2 = of(second, second_w2, uses[3]);
    return four_results{first_1, first_2, second_1, second_2};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
