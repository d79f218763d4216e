// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg {

/// Fuses two streams (Tian et al., ECCV 2018): m = (U_a(a) + U_v(v)) / 2 with U(x) = U.2(tanh(U.0(x))), and the result
/// is (tanh(a + m) + tanh(v + m)) / 2.
///
/// Names as released: U_v, U_a.
template <int C = 256>
struct residual_fusion {
  using branch = nn::sequential<nn::linear<C, C>, nn::tanh, nn::linear<C, C>>;
  branch U_v, U_a;
  VSCG_MEMBERS(U_v, U_a)

  /// audio, visual [..., C] to one array of that shape.
  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& given_visual) const {
    const auto visual = expect_same_shape<residual_fusion>(audio, given_visual);
    const auto shared = (U_v(visual) + U_a(audio)) * 0.5;
    return (vscg::tanh(audio + shared) + vscg::tanh(visual + shared)) * 0.5;
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
