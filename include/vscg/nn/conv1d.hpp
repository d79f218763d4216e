// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/conv1d.hpp>

namespace vscg::nn {

/// Convolution over time that keeps the length: [B, T, In] to [B, T, Out], Kernel odd, padded by (Kernel - 1) / 2
/// zeros.
///
/// Names: weight [Out, In, Kernel], bias [Out]. PyTorch: nn.Conv1d(In, Out, Kernel, padding=(Kernel - 1) // 2) on the
/// transposed array; here channels are last.
template <int In, int Out, int Kernel>
struct conv1d {
  parameter<init::uniform<In * Kernel>, Out, In, Kernel> weight;
  parameter<init::uniform<In * Kernel>, Out> bias;
  VSCG_MEMBERS(weight, bias)

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_channels<conv1d, In>(given);
    return vscg::conv1d(x, operand(x, weight), operand(x, bias));
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
