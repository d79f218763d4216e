// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg {

/// x·Wᵀ + b over the last axis: [..., In] to [..., Out].
///
/// Names: weight [Out, In], bias [Out]. PyTorch: nn.Linear(In, Out), with its default initialisation unless
/// `Initialiser` says otherwise.
template <int In, int Out, class Initialiser = init::uniform<In>>
struct linear {
  parameter<Initialiser, Out, In> weight;
  parameter<init::uniform<In>, Out> bias;
  VSCG_MEMBERS(weight, bias)

  using inputs = input_shapes<shape<dyn, In>>;

  template <Var X>
  auto operator()(const X& x) const {
    return apply<activation::none>(x);
  }
  VSCG_OPERANDS(1, 1)
  /// relu(x·Wᵀ + b) as one operation.
  template <Var X>
  auto with_relu(const X& x) const {
    return apply<activation::relu>(x);
  }

 private:
  template <activation Activation, class X>
  auto apply(const X& x) const {
    return functional::linear<Activation, linear>(x, operand(x, weight), operand(x, bias));
  }
};

/// The same without bias: nn.Linear(In, Out, bias=False).
template <int In, int Out, class Initialiser = init::uniform<In>>
struct linear_without_bias {
  parameter<Initialiser, Out, In> weight;
  VSCG_MEMBERS(weight)

  using inputs = input_shapes<shape<dyn, In>>;

  template <Var X>
  auto operator()(const X& x) const {
    return apply<activation::none>(x);
  }
  VSCG_OPERANDS(1, 1)
  /// relu(x·Wᵀ) as one operation.
  template <Var X>
  auto with_relu(const X& x) const {
    return apply<activation::relu>(x);
  }

 private:
  template <activation Activation, class X>
  auto apply(const X& x) const {
    return functional::linear<Activation, linear_without_bias>(x, operand(x, weight));
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
