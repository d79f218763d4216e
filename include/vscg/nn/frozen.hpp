// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>

namespace vscg::detail {
template <mode Mode, class Scalar, class Backend, mode From, class Shape, bool Active>
auto in_mode(const var<trace_tag<Scalar, Backend, From>, Shape, Active>& x) {
  return var<trace_tag<Scalar, Backend, Mode>, Shape, Active>{x.trace, x.id};
}
}  // namespace vscg::detail

namespace vscg::nn {

/// A layer whose parameters do not learn; gradients still flow through it to what lies before. Its names are the
/// layer's. PyTorch: requires_grad_(False) on the layer's parameters. One operand, one result.
template <class Layer>
struct frozen {
  Layer layer;
  VSCG_NAMED_MEMBERS((layer, ""))

  template <Var X>
  auto operator()(const X& x) const {
    constexpr mode outer = X::tag::traced;
    if constexpr (outer == mode::training)
      return detail::in_mode<outer>(layer(detail::in_mode<mode::frozen>(x)));
    else
      return layer(x);
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
