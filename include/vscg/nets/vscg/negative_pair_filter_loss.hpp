// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <vector>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/nets/composites/filter_negative_pairs.hpp>
#include <vscg/nets/vscg/label_targets.hpp>

namespace vscg {

/// The negative pair filter loss of the fully supervised VSCG (paper section III-E):
///
///   L_npf = BCE-with-logits(event_relevance, foreground) + CE(event_category, category) + L_avps,
///   L_avps = MSE(norm₁(relu(similarity)), 1/n on the n event segments, else 0).
///
/// Each term is a mean over all its entries. A video without event segments has target 0 in L_avps, takes part in the
/// first term, and is left out of the second (a mean over the other videos of the whole batch).
template <int T = 10, int Categories = 28>
struct negative_pair_filter_loss {
  /// foreground [B, T], category [B, C] one-hot, its weight [B], similarity target [B, T].
  using targets = input_shapes<shape<dyn, T>, shape<dyn, Categories>, shape<dyn>, shape<dyn, T>>;
  static constexpr std::array<const char*, 3> term_names{"relevance", "category", "similarity"};

  template <class Outputs, Var Foreground, Var Category, Var Weight, Var Similarity>
  auto operator()(const Outputs& outputs, const Foreground& foreground, const Category& category, const Weight& weight,
                  const Similarity& similarity) const {
    const auto [total, relevance_term, category_term, similarity_term] = compose(
        composites::filter_negative_pairs<T, Categories>{}, of_segments(outputs.event_relevance),
        of_categories(outputs.event_category), of_segments(outputs.similarity), of_segments(foreground),
        of_categories(category), expect_shape<negative_pair_filter_loss, shape<dyn>>(weight), of_segments(similarity));
    return loss_terms{total, std::array{relevance_term, category_term, similarity_term}};
  }

  /// Fills the targets from labels like train::labels. Category weights are 1/n for the n videos of the batch that have
  /// an event. Throws vscg::expectation_error if the labels have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_segment_classes(T, Categories);
    auto& [foreground, category, weight, similarity] = arrays;
    label_targets::fill_foreground(l.segment_classes, Categories, foreground);
    label_targets::fill_event_shares(l.segment_classes, T, Categories, similarity);
    category.assign(l.items * Categories, Scalar(0));
    weight.assign(l.items, Scalar(0));
    std::size_t with_event = 0;
    for (std::size_t item = 0; item < l.items; ++item) {
      const std::size_t event = label_targets::category_of(l.segment_classes.subspan(item * T, T), Categories);
      if (event == Categories) continue;
      ++with_event;
      weight[item] = Scalar(1);
      category[item * Categories + event] = Scalar(1);
    }
    for (auto& w : weight) w = with_event == 0 ? Scalar(0) : w / static_cast<Scalar>(with_event);
  }

 private:
  template <class X>
  static auto of_segments(const X& x) {
    return expect_shape<negative_pair_filter_loss, shape<dyn, T>>(x);
  }
  template <class X>
  static auto of_categories(const X& x) {
    return expect_shape<negative_pair_filter_loss, shape<dyn, Categories>>(x);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
