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

/// The probability of a video's classes, which a weakly supervised host learns: softmax over c of max_t(g_t r_c), with
/// gates g [B, T] and the raw scores r [B, C]. For a negative r_c the maximum takes the smallest gate, as released.
template <Var Gates, Var Scores>
auto probability_of_gates(const Gates& given_gates, const Scores& given_scores) {
  const auto gates = expect_shape<struct probability_of_gates_function, shape<dyn, any_extent>>(given_gates);
  const auto scores = expect_shape<struct probability_of_gates_function, shape<dyn, any_extent>>(given_scores);
  constexpr int T = extent<shape_of<decltype(gates)>, -1>;
  constexpr int C = extent<shape_of<decltype(scores)>, -1>;
  return softmax(max<1>(view<shape<dyn, T, 1>>(gates) * view<shape<dyn, 1, C>>(scores)));
}

/// The same with the gates σ(e) of the relevance e [B, T].
template <Var Relevance, Var Scores>
auto gated_probability(const Relevance& relevance, const Scores& scores) {
  return probability_of_gates(sigmoid(relevance), scores);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
