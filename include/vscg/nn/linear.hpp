// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::nn {

/// x·Wᵀ + b over the last axis: [..., In] to [..., Out].
///
/// Names: weight [Out, In], bias [Out]. PyTorch: nn.Linear(In, Out), with its default initialization unless
/// the initializers say otherwise.
template <int In, int Out, class Initializer = init::uniform<In>, class BiasInitializer = init::uniform<In>>
struct linear {
  parameter<Initializer, Out, In> weight;
  parameter<BiasInitializer, Out> bias;
  VSCG_MEMBERS(weight, bias)

  using inputs = input_shapes<shape<dyn, In>>;

  template <Var X>
  auto operator()(const X& x) const {
    return with(identity_function{}, x);
  }
  VSCG_OPERANDS(1, 1)
  /// relu(x·Wᵀ + b) as one operation.
  template <Var X>
  auto with_relu(const X& x) const {
    return with(relu_function{}, x);
  }
  /// f(x·Wᵀ + b) with any function of `ops/elementwise.hpp` that has no settings, as one operation if gradients allow
  /// it.
  template <class Function, Var X>
  auto with(Function, const X& x) const {
    return vscg::linear<Function, linear>(x, operand(x, weight), operand(x, bias));
  }
};

/// The same without bias: nn.Linear(In, Out, bias=False).
template <int In, int Out, class Initializer = init::uniform<In>>
struct linear_without_bias {
  parameter<Initializer, Out, In> weight;
  VSCG_MEMBERS(weight)

  using inputs = input_shapes<shape<dyn, In>>;

  template <Var X>
  auto operator()(const X& x) const {
    return with(identity_function{}, x);
  }
  VSCG_OPERANDS(1, 1)
  /// relu(x·Wᵀ) as one operation.
  template <Var X>
  auto with_relu(const X& x) const {
    return with(relu_function{}, x);
  }
  /// f(x·Wᵀ) with any function of `ops/elementwise.hpp` that has no settings, as one operation if gradients allow it.
  template <class Function, Var X>
  auto with(Function, const X& x) const {
    return vscg::linear<Function, linear_without_bias>(x, operand(x, weight));
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
