// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_norm.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg::nn {

/// Normalization of each channel over the batch and all other axes: [B, ..., C] to [B, ..., C]. Training uses the mean
/// and variance of the batch, which must come whole (no micro-batches), and lets the running ones follow them by
/// `momentum`; inference uses the running ones.
///
/// Names: weight [C], bias [C], running_mean [C], running_var [C]. PyTorch: nn.BatchNorm1d, nn.BatchNorm2d (C, eps,
/// momentum), channels last; num_batches_tracked, which it only counts, is neither kept nor missed.
template <int C>
struct batch_norm {
  double epsilon = 1e-5;
  double momentum = 0.1;
  parameter<init::ones, C> weight{};
  parameter<init::zeros, C> bias{};
  persistent<init::zeros, C> running_mean{};
  persistent<init::ones, C> running_var{};
  VSCG_MEMBERS(epsilon, momentum, weight, bias, running_mean, running_var)

  template <Var X>
  auto operator()(const X& x) const {
    const auto scale = operand(x, weight);
    const auto shift = operand(x, bias);
    const auto known_mean = operand(x, running_mean);
    const auto known_variance = operand(x, running_var);
    if constexpr (X::tag::training) {
      const auto [y, mean, variance] = vscg::batch_norm<batch_norm>(x, scale, shift, epsilon);
      follow(running_mean, known_mean, mean);
      follow(running_var, known_variance, variance);
      return y;
    } else {
      return normalize_channels<batch_norm>(x, known_mean, known_variance, scale, shift, epsilon);
    }
  }
  VSCG_OPERANDS(1, 1)

 private:
  template <class Array, Var Known, Var New>
  void follow(const Array& array, const Known& known, const New& found) const {
    const auto kept = known * (1 - momentum);
    assign(array, kept + found * momentum);
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
