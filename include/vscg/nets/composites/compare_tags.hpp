// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg::composites {

/// The terms of `smooth_loss` and their sum.
///
/// Operands: the probability, the smoothed probability and the tag, each [B, Classes]. Results, each [1]: the sum, then
/// the terms of both probabilities.
template <int Classes>
struct compare_tags {
  template <Var Probability, Var Smoothed, Var Tag>
  auto operator()(const Probability& probability, const Smoothed& smoothed, const Tag& tag) const {
    const auto sharp = batch_mean(binary_cross_entropy(probability, tag)) * 2;
    const auto smooth = batch_mean(binary_cross_entropy(smoothed, tag));
    const auto total = sharp + smooth;
    return vars{total, sharp, smooth};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
