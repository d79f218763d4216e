// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/results.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cosine_similarity.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg::composites {

/// What the mean of two streams says about a video, and how alike the streams are (`event_head` has the equations).
///
/// Operands: two streams [B, T, C], weight [1, C] and bias [1] of the relevance, weight [Categories, C] and bias
/// [Categories] of the category. Results: the mean [B, T, C], relevance [B, T], category [B, Categories], similarity
/// [B, T].
template <int T, int C, int Categories>
struct score_events {
  template <Var X, Var Y, Var Weight, Var Bias, Var CategoryWeight, Var CategoryBias>
  auto operator()(const X& first, const Y& second, const Weight& relevance_weight, const Bias& relevance_bias,
                  const CategoryWeight& category_weight, const CategoryBias& category_bias) const {
    const auto fused = (first + second) * 0.5;
    const auto relevance = view<shape<dyn, T>>(vscg::linear(fused, relevance_weight, relevance_bias));
    const auto category = vscg::linear(vscg::max<1>(fused), category_weight, category_bias);
    const auto similarity = vscg::cosine_similarity(first, second);
    return four_results{fused, relevance, category, similarity};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
