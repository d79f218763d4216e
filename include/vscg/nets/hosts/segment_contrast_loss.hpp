// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/logsumexp.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/subtract.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg {

/// The contrast between the segments of a video. Its 2 T vectors are the contrast_query of its segments, then their
/// contrast_key; with S their products divided by `temperature`, the loss is the mean over vectors i and videos of
///
///   log Σ_{j≠i} exp(S_ij) - log mean_{j∈P(i)} exp(S_ij),
///
/// where P(i) holds all other vectors of events if i is of an event, and only the other vector of the same segment if
/// it is not.
template <int T = 10, int Categories = 28>
struct segment_contrast_loss {
  static constexpr int vectors = 2 * T;
  double temperature = 0.01;
  /// The shares of P(i) in the mean, each row of which sums to 1; and for all videos 1 where j ≠ i.
  using targets = input_shapes<shape<dyn, vectors, vectors>, shape<vectors, vectors>>;
  static constexpr std::array<const char*, 1> term_names{"contrast"};

  template <class Outputs, Var Positives, Var Others>
  auto operator()(const Outputs& outputs, const Positives& given_positives, const Others& given_others) const {
    using sequence = shape<dyn, T, any_extent>;
    const auto query = expect_shape<segment_contrast_loss, sequence>(outputs.contrast_query);
    const auto key = expect_same_shape<segment_contrast_loss>(query, outputs.contrast_key);
    const auto positives = expect_shape<segment_contrast_loss, shape<dyn, vectors, vectors>>(given_positives);
    const auto others = expect_shape<segment_contrast_loss, shape<vectors, vectors>>(given_others);
    const auto both = cat<1>(query, key);
    const auto similarity = matmul(both, transpose(both)) * (1 / temperature);
    return batch_mean(mean<1>(logsumexp(similarity, others) - logsumexp(similarity, positives)));
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_segment_classes(T, Categories);
    auto& [positives, others] = arrays;
    positives.assign(l.items * vectors * vectors, Scalar(0));
    others.assign(vectors * vectors, Scalar(1));
    for (std::size_t i = 0; i < vectors; ++i) others[i * vectors + i] = Scalar(0);
    for (std::size_t item = 0; item < l.items; ++item) {
      const std::span<Scalar> square(positives.data() + item * vectors * vectors, vectors * vectors);
      fill_positives(l.segment_classes.subspan(item * T, T), square);
    }
  }

 private:
  template <class Scalar>
  static void fill_positives(std::span<const std::uint8_t> classes, std::span<Scalar> square) {
    const auto event = [&](std::size_t vector) { return classes[vector % T] < Categories; };
    std::size_t events = 0;  // among the vectors
    for (std::size_t j = 0; j < vectors; ++j) events += event(j) ? 1 : 0;
    for (std::size_t i = 0; i < vectors; ++i) {
      const auto row = square.subspan(i * vectors, vectors);
      if (!event(i)) row[(i + T) % vectors] = Scalar(1);
      for (std::size_t j = 0; event(i) && j < vectors; ++j) {
        if (j != i && event(j)) row[j] = Scalar(1) / static_cast<Scalar>(events - 1);
      }
    }
  }
};

/// What CACE-Net trains with once its contrast is on: the terms of `gated_relevance_loss` and of
/// `segment_contrast_loss`, and their sum.
template <int T = 10, int Categories = 28>
struct contrasted_relevance_loss {
  using gated = gated_relevance_loss<T, Categories>;
  using contrast = segment_contrast_loss<T, Categories>;
  using targets = joined_shapes<typename gated::targets, typename contrast::targets>;
  static constexpr std::array<const char*, 5> term_names{"relevance", "category", "gate", "activation", "contrast"};

  template <class Outputs, Var Foreground, Var Category, Var Positives, Var Others>
  auto operator()(const Outputs& outputs, const Foreground& foreground, const Category& category,
                  const Positives& positives, const Others& others) const {
    const auto first = gated{}(outputs, foreground, category);
    const auto last = contrast{}(outputs, positives, others);
    const auto& t = first.terms;
    return loss_terms{first.total + last, std::array{t[0], t[1], t[2], t[3], last}};
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    auto& [foreground, category, positives, others] = arrays;
    std::array of_gates{std::move(foreground), std::move(category)};
    std::array of_contrast{std::move(positives), std::move(others)};
    gated::fill(l, of_gates);
    contrast::fill(l, of_contrast);
    arrays = {std::move(of_gates[0]), std::move(of_gates[1]), std::move(of_contrast[0]), std::move(of_contrast[1])};
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
