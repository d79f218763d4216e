// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/conv1d.hpp>

namespace vscg::nn {

/// Convolution over time that keeps the length: [B, T, In] to [B, T, Out], Kernel odd, with (Kernel - 1) / 2 zeros of
/// padding at each end.
///
/// Names: weight [Out, In, Kernel], bias [Out]. PyTorch: nn.Conv1d(In, Out, Kernel, padding=(Kernel - 1) // 2) on the
/// transposed array; here channels are last.
template <int In, int Out, int Kernel>
struct conv1d {
  parameter<init::uniform<In * Kernel>, Out, In, Kernel> weight;
  parameter<init::uniform<In * Kernel>, Out> bias;
  VSCG_MEMBERS(weight, bias)

  template <Var X>
  auto operator()(const X& x) const {
    return vscg::conv1d<conv1d>(x, operand(x, weight), operand(x, bias));
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
