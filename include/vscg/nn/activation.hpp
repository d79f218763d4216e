// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg::nn {

/// A function of each element as a layer, for `sequential`. PyTorch: nn.ReLU, nn.Sigmoid, nn.Tanh.
template <class Function>
struct activation_layer {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& x) const {
    return elementwise(Function{}, x);
  }
};

using relu = activation_layer<relu_function>;
using sigmoid = activation_layer<sigmoid_function>;
using tanh = activation_layer<tanh_function>;

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
