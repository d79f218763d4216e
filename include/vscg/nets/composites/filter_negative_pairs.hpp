// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::composites {

/// L_avps of the paper: how the similarity of the streams [B, T] is shared among segments, against how the event is:
/// MSE(norm₁(relu(similarity)), share), [1].
template <Var Similarity, Var Share>
auto compare_similarity(const Similarity& similarity, const Share& share) {
  return batch_mean(mse_loss(divide_by_sum(relu(similarity)), share));
}

/// The terms of `negative_pair_filter_loss` and their sum.
///
/// Operands: relevance [B, T], category [B, Categories], similarity [B, T]; their targets, of the same shapes, with the
/// weight [B] of an item's category after the category. Results, each [1]: the sum, then the terms in that order.
template <int T, int Categories>
struct filter_negative_pairs {
  template <Var Relevance, Var Category, Var Similarity, Var Foreground, Var Target, Var Weight, Var Share>
  auto operator()(const Relevance& relevance, const Category& category, const Similarity& similarity,
                  const Foreground& foreground, const Target& target, const Weight& weight, const Share& share) const {
    const auto relevance_term = batch_mean(binary_cross_entropy_with_logits(relevance, foreground));
    const auto category_term = batch_weighted_sum(cross_entropy(category, target), weight);
    const auto similarity_term = compare_similarity(similarity, share);
    const auto both = relevance_term + category_term;
    const auto total = both + similarity_term;
    return vars{total, relevance_term, category_term, similarity_term};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
