// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/inputs.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg::nn {

/// x·Wᵀ + b over the last axis: [..., In] to [..., Out].
///
/// Names: weight [Out, In], bias [Out]. PyTorch: nn.Linear(In, Out), with its default initialization unless
/// `Initializer` says otherwise.
template <int In, int Out, class Initializer = init::uniform<In>>
struct linear {
  parameter<Initializer, Out, In> weight;
  parameter<init::uniform<In>, Out> bias;
  VSCG_MEMBERS(weight, bias)

  using inputs = input_shapes<shape<dyn, In>>;

  template <Var X>
  auto operator()(const X& x) const {
    return apply<activation::none>(x);
  }
  /// relu(x·Wᵀ + b) as one operation.
  template <Var X>
  auto with_relu(const X& x) const {
    return apply<activation::relu>(x);
  }

 private:
  template <activation Activation, class X>
  auto apply(const X& given) const {
    const auto x = expect_channels<linear, In>(given);
    return vscg::linear<Activation>(x, operand(x, weight), operand(x, bias));
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
    return apply<activation::none>(x);
  }
  /// relu(x·Wᵀ) as one operation.
  template <Var X>
  auto with_relu(const X& x) const {
    return apply<activation::relu>(x);
  }

 private:
  template <activation Activation, class X>
  auto apply(const X& given) const {
    const auto x = expect_channels<linear_without_bias, In>(given);
    return vscg::linear<Activation>(x, operand(x, weight));
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
