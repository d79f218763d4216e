// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <vector>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/label_targets.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>

namespace vscg {

/// The loss of the weakly supervised PSP-Net (L_bce of paper Table V): binary cross-entropy of the video's probability
/// and its tag (each class's share of the segments, background included), a mean over all entries.
template <int Categories = 28>
struct tag_loss {
  using classes = shape<dyn, Categories + 1>;
  using targets = input_shapes<classes>;
  static constexpr std::array<const char*, 1> term_names{"tag"};

  template <class Outputs, Var Tag>
  auto operator()(const Outputs& outputs, const Tag& given_tag) const {
    const auto tag = expect_shape<tag_loss, classes>(given_tag);
    const auto probability = expect_shape<tag_loss, classes>(outputs.video_probability);
    return batch_mean(binary_cross_entropy(probability, tag));
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    label_targets::fill_tags(l, Categories, arrays[0]);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
