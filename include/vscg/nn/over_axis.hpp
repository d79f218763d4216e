// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/over_axis.hpp>

namespace vscg::detail {
/// A reduction over an axis as a layer.
template <class Reduction>
struct over_axis_layer {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& x) const {
    return Reduction::of(x);
  }
  VSCG_OPERANDS(1, 1)
};
template <int Axis>
struct max_over {
  static auto of(const auto& x) { return vscg::max<Axis>(x); }
};
template <int Axis>
struct mean_over {
  static auto of(const auto& x) { return vscg::mean<Axis>(x); }
};
template <int Axis>
struct sum_over {
  static auto of(const auto& x) { return vscg::sum<Axis>(x); }
};
}  // namespace vscg::detail

namespace vscg::nn {

/// The maximum over an axis, which the result no longer has: `nn::max<1>` pools [B, T, C] to [B, C]. Any axis except
/// the batch; negative axes count from the end. PyTorch: x.max(dim=Axis).values as a layer, or nn.AdaptiveMaxPool1d(1)
/// and nn.Flatten().
template <int Axis>
using max = detail::over_axis_layer<detail::max_over<Axis>>;

/// The mean over an axis: global average pooling. PyTorch: x.mean(dim=Axis) as a layer, or nn.AdaptiveAvgPool1d(1) and
/// nn.Flatten().
template <int Axis>
using mean = detail::over_axis_layer<detail::mean_over<Axis>>;

/// The sum over an axis. PyTorch: x.sum(dim=Axis) as a layer.
template <int Axis>
using sum = detail::over_axis_layer<detail::sum_over<Axis>>;

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
