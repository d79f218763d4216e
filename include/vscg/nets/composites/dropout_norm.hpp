// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/layer_norm.hpp>

namespace vscg::composites {

/// layer_norm(dropout(x)) of two streams, with a common LayerNorm.
///
/// Operands: two streams [B, T, C], scale and shift [C] of the LayerNorm. Results: two [B, T, C].
template <int T, int C>
struct dropout_norm {
  dropout_use first_dropout;
  dropout_use second_dropout;
  double epsilon = 1e-5;

  template <Var First, Var Second, Var Channels>
  auto operator()(const First& first, const Second& second, const Channels& scale, const Channels& shift) const {
    const auto first_out = vscg::layer_norm(vscg::dropout(first, first_dropout), scale, shift, epsilon);
    const auto second_out = vscg::layer_norm(vscg::dropout(second, second_dropout), scale, shift, epsilon);
    return vars{first_out, second_out};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
