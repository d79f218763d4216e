// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/conv2d.hpp>

namespace vscg::nn {

/// Convolution over height and width: [B, H, W, In] to [B, H', W', Out] with H' = (H + 2 Padding - Kernel) / Stride
/// + 1. By default, Kernel is odd and the padding keeps height and width if the stride is 1.
///
/// Names: weight [Out, In, Kernel, Kernel], bias [Out]. PyTorch: nn.Conv2d(In, Out, Kernel, Stride, Padding), by
/// default padding=(Kernel - 1) // 2; here channels are last.
template <int In, int Out, int Kernel, int Stride = 1, int Padding = same_padding>
struct conv2d {
  parameter<init::uniform<In * Kernel * Kernel>, Out, In, Kernel, Kernel> weight;
  parameter<init::uniform<In * Kernel * Kernel>, Out> bias;
  VSCG_MEMBERS(weight, bias)

  template <Var X>
  auto operator()(const X& x) const {
    return vscg::conv2d<Stride, Padding, conv2d>(x, operand(x, weight), operand(x, bias));
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
