// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <ratio>

#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/layer_norm.hpp>

namespace vscg::nn {

/// Normalization over the last axis: [..., C] to [..., C].
///
/// Names: weight [C], bias [C]. PyTorch: nn.LayerNorm(C, eps); `Epsilon` is a std::ratio, by default PyTorch's 1e-5.
template <int C, class Epsilon = std::ratio<1, 100000>>
struct layer_norm {
  parameter<init::ones, C> weight;
  parameter<init::zeros, C> bias;
  VSCG_MEMBERS(weight, bias)

  template <Var X>
  auto operator()(const X& given) const {
    constexpr double epsilon = static_cast<double>(Epsilon::num) / static_cast<double>(Epsilon::den);
    const auto x = expect_channels<layer_norm, C>(given);
    return vscg::layer_norm(x, operand(x, weight), operand(x, bias), epsilon);
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
