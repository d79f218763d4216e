// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <vector>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/nets/vscg/label_targets.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg {

/// What the fully supervised hosts with a relevance and a category train with: BCE-with-logits(event_relevance,
/// foreground) + CE(event_category, category), each a mean over all its entries. As released, a video without an event
/// counts as category 0 and takes part.
template <int T = 10, int Categories = 28>
struct relevance_category_loss {
  using targets = input_shapes<shape<dyn, T>, shape<dyn, Categories>>;
  static constexpr std::array<const char*, 2> term_names{"relevance", "category"};

  template <class Outputs, Var Foreground, Var Category>
  auto operator()(const Outputs& outputs, const Foreground& given_foreground, const Category& given_category) const {
    using segments = shape<dyn, T>;
    using categories = shape<dyn, Categories>;
    const auto relevance = expect_shape<relevance_category_loss, segments>(outputs.event_relevance);
    const auto category = expect_shape<relevance_category_loss, categories>(outputs.event_category);
    const auto foreground = expect_shape<relevance_category_loss, segments>(given_foreground);
    const auto relevance_term = batch_mean(binary_cross_entropy_with_logits(relevance, foreground));
    const auto target = expect_shape<relevance_category_loss, categories>(given_category);
    const auto category_term = batch_mean(cross_entropy(category, target));
    return loss_terms{relevance_term + category_term, std::array{relevance_term, category_term}};
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_segment_classes(T, Categories);
    auto& [foreground, category] = arrays;
    label_targets::fill_foreground(l.segment_classes, Categories, foreground);
    category.assign(l.items * Categories, Scalar(0));
    for (std::size_t item = 0; item < l.items; ++item) {
      const std::size_t event = label_targets::category_of(l.segment_classes.subspan(item * T, T), Categories);
      category[item * Categories + (event == Categories ? 0 : event)] = Scalar(1);
    }
  }
};

/// The same for a host whose streams gate each other (CMBS): the sum of both terms for its relevance and category and
/// both for its gate, which counts as a logit as released, and its category_activation.
template <int T = 10, int Categories = 28>
struct gated_relevance_loss {
  using plain = relevance_category_loss<T, Categories>;
  using targets = typename plain::targets;
  static constexpr std::array<const char*, 4> term_names{"relevance", "category", "gate", "activation"};

  template <class Outputs, Var Foreground, Var Category>
  auto operator()(const Outputs& outputs, const Foreground& foreground, const Category& category) const {
    const auto first = plain{}(outputs, foreground, category);
    const auto second = plain{}(gates{outputs.gate, outputs.category_activation}, foreground, category);
    return loss_terms{first.total + second.total,
                      std::array{first.terms[0], first.terms[1], second.terms[0], second.terms[1]}};
  }

  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    plain::fill(l, arrays);
  }

 private:
  template <class Relevance, class Category>
  struct gates {
    Relevance event_relevance;
    Category event_category;
  };
  template <class Relevance, class Category>
  gates(Relevance, Category) -> gates<Relevance, Category>;
};

/// The same for a host that gives relevance as a probability (DAM): a share of CE(event_category), the rest of
/// BCE(relevance_probability).
template <int T = 10, int Categories = 28>
struct matched_relevance_loss {
  double share = 0.5;  ///< of event_category
  using segments = shape<dyn, T>;
  using categories = shape<dyn, Categories>;
  using targets = input_shapes<segments, categories>;
  static constexpr std::array<const char*, 2> term_names{"relevance", "category"};

  template <class Outputs, Var Foreground, Var Category>
  auto operator()(const Outputs& outputs, const Foreground& given_foreground, const Category& given_category) const {
    const auto probability = expect_shape<matched_relevance_loss, segments>(outputs.relevance_probability);
    const auto scores = expect_shape<matched_relevance_loss, categories>(outputs.event_category);
    const auto foreground = expect_shape<matched_relevance_loss, segments>(given_foreground);
    const auto category = expect_shape<matched_relevance_loss, categories>(given_category);
    const auto relevance_term = batch_mean(binary_cross_entropy(probability, foreground));
    const auto category_term = batch_mean(cross_entropy(scores, category));
    return loss_terms{relevance_term * (1 - share) + category_term * share, std::array{relevance_term, category_term}};
  }

  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    relevance_category_loss<T, Categories>::fill(l, arrays);
  }
};

/// The same for a host that also judges by one stream alone (DMIN): BCE of its event_relevance, and the categories'
/// share of CE(category_self), the rest of CE(event_category).
template <int T = 10, int Categories = 28>
struct self_relevance_loss {
  double share = 0.1;  ///< of category_self
  using plain = relevance_category_loss<T, Categories>;
  using targets = typename plain::targets;
  static constexpr std::array<const char*, 3> term_names{"relevance", "category", "self"};

  template <class Outputs, Var Foreground, Var Category>
  auto operator()(const Outputs& outputs, const Foreground& foreground, const Category& category) const {
    const auto [relevance_term, category_term] = plain{}(outputs, foreground, category).terms;
    const auto self_term = batch_mean(cross_entropy(outputs.category_self, category));
    return loss_terms{relevance_term + category_term * (1 - share) + self_term * share,
                      std::array{relevance_term, category_term, self_term}};
  }

  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    plain::fill(l, arrays);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
