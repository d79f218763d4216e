// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/gelu.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/silu.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg::nn {

/// A function of each element as a layer, for `sequential`. PyTorch: nn.ReLU, nn.Sigmoid, nn.Tanh,
/// nn.GELU (exact), nn.SiLU.
template <class Function>
struct activation_layer {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& x) const {
    return elementwise(Function{}, x);
  }
  VSCG_OPERANDS(1, 1)
};

using relu = activation_layer<relu_function>;
using sigmoid = activation_layer<sigmoid_function>;
using tanh = activation_layer<tanh_function>;
using gelu = activation_layer<gelu_function>;
using silu = activation_layer<silu_function>;

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
