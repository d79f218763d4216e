// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <vector>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/nets/composites/filter_negative_pairs.hpp>
#include <vscg/nets/vscg/label_targets.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg {

/// L_c of paper Table V: cross-entropy of the segment scores and each segment's class, a mean over all segments.
template <int T = 10, int Categories = 28>
struct segment_class_loss {
  using classes = shape<dyn, T, Categories + 1>;
  using targets = input_shapes<classes>;
  static constexpr std::array<const char*, 1> term_names{"class"};

  template <class Outputs, Var Classes>
  auto operator()(const Outputs& outputs, const Classes& given_classes) const {
    const auto scores = expect_shape<segment_class_loss, classes>(outputs.segment_scores);
    return batch_mean(cross_entropy(scores, expect_shape<segment_class_loss, classes>(given_classes)));
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_segment_classes(T, Categories);
    label_targets::fill_one_hot(l.segment_classes, Categories + 1, arrays[0]);
  }
};

/// The loss of the fully supervised PSP-Net: L_c + λ L_avps (paper Table V), with the L_c of `segment_class_loss` and
///
///   L_avps = MSE(norm₁(relu(similarity)), 1/n on the n event segments, else 0).
///
/// It also trains VSCG, whose event_head has segment scores.
template <int T = 10, int Categories = 28>
struct segment_loss {
  using plain = segment_class_loss<T, Categories>;
  using targets = joined_shapes<typename plain::targets, input_shapes<shape<dyn, T>>>;
  static constexpr std::array<const char*, 2> term_names{"class", "similarity"};
  double weight = 100;  ///< λ

  template <class Outputs, Var Classes, Var Similarity>
  auto operator()(const Outputs& outputs, const Classes& classes, const Similarity& given_similarity) const {
    const auto class_term = plain{}(outputs, classes);
    const auto similarity = expect_shape<segment_loss, shape<dyn, T>>(outputs.similarity);
    const auto share = expect_shape<segment_loss, shape<dyn, T>>(given_similarity);
    const auto similarity_term = composites::compare_similarity(similarity, share);
    return loss_terms{class_term + similarity_term * weight, std::array{class_term, similarity_term}};
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_segment_classes(T, Categories);
    label_targets::fill_one_hot(l.segment_classes, Categories + 1, arrays[0]);
    label_targets::fill_event_shares(l.segment_classes, T, Categories, arrays[1]);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
