// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/layer_norm.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::composites {

/// layer_norm(dropout(relu(x·Wᵀ))) of two streams, with one projection each and a common LayerNorm.
///
/// Operands: two streams [B, T, C], their weights [C, C], scale and shift [C] of the LayerNorm. Results: two [B, T, C].
template <int T, int C>
struct project_norm {
  dropout_use first_dropout;
  dropout_use second_dropout;
  double epsilon = 1e-5;

  template <Var First, Var Second, Var Weight, Var Channels>
  auto operator()(const First& first, const Second& second, const Weight& first_weight, const Weight& second_weight,
                  const Channels& scale, const Channels& shift) const {
    const auto of = [&](const auto& x, const Weight& weight, const dropout_use& use) {
      const auto projected = vscg::linear<relu_function>(x, weight);
      return vscg::layer_norm(vscg::dropout(projected, use), scale, shift, epsilon);
    };
    const auto first_out = of(first, first_weight, first_dropout);
    const auto second_out = of(second, second_weight, second_dropout);
    return vars{first_out, second_out};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
