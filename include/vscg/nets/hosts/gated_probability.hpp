// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

/// The probability of a video's classes, which a weakly supervised host learns: softmax over c of max_t(σ(e_t) r_c),
/// with the relevance e [B, T] and the raw scores r [B, C]. For a negative r_c the maximum takes the smallest gate, as
/// released.
template <Var Relevance, Var Scores>
auto gated_probability(const Relevance& given_relevance, const Scores& given_scores) {
  const auto relevance = expect_shape<struct gated_probability_function, shape<dyn, any_extent>>(given_relevance);
  const auto scores = expect_shape<struct gated_probability_function, shape<dyn, any_extent>>(given_scores);
  constexpr int T = extent<shape_of<decltype(relevance)>, -1>;
  constexpr int C = extent<shape_of<decltype(scores)>, -1>;
  const auto gates = view<shape<dyn, T, 1>>(sigmoid(relevance));
  return softmax(max<1>(gates * view<shape<dyn, 1, C>>(scores)));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
