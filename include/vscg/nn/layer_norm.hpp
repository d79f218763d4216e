// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/layer_norm.hpp>

namespace vscg::nn {

/// Normalization over the last axis: [..., C] to [..., C].
///
/// Names: weight [C], bias [C]. PyTorch: nn.LayerNorm(C, eps).
template <int C>
struct layer_norm {
  double epsilon = 1e-5;
  parameter<init::ones, C> weight{};
  parameter<init::zeros, C> bias{};
  VSCG_MEMBERS(epsilon, weight, bias)

  template <Var X>
  auto operator()(const X& x) const {
    return vscg::layer_norm<layer_norm>(x, operand(x, weight), operand(x, bias), epsilon);
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
