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

/// The loss of the fully supervised PSP-Net: L_c + λ L_avps (paper Table V), with
///
///   L_c = cross-entropy of the segment scores, a mean over all segments,
///   L_avps = MSE(norm₁(relu(similarity)), 1/n on the n event segments, else 0).
///
/// It also trains VSCG, whose event_head has segment scores.
template <int T = 10, int Categories = 28>
struct segment_loss {
  using classes = shape<dyn, T, Categories + 1>;
  using targets = input_shapes<classes, shape<dyn, T>>;
  static constexpr std::array<const char*, 2> term_names{"class", "similarity"};
  double weight = 100;  ///< λ

  template <class Outputs, Var Classes, Var Similarity>
  auto operator()(const Outputs& outputs, const Classes& given_classes, const Similarity& given_similarity) const {
    const auto scores = expect_shape<segment_loss, classes>(outputs.segment_scores);
    const auto similarity = expect_shape<segment_loss, shape<dyn, T>>(outputs.similarity);
    const auto class_term = batch_mean(cross_entropy(scores, expect_shape<segment_loss, classes>(given_classes)));
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
