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
#include <vscg/nets/composites/compare_tags.hpp>
#include <vscg/nets/vscg/label_targets.hpp>

namespace vscg {

/// The smooth loss of the weakly supervised VSCG (paper section III-E): with the video's tag (each class's share of the
/// segments, background included), L_s = 2 BCE(p, tag) + BCE(p', tag), each a mean over all entries.
template <int Categories = 28>
struct smooth_loss {
  using targets = input_shapes<shape<dyn, Categories + 1>>;
  static constexpr std::array<const char*, 2> term_names{"tag", "smooth_tag"};

  template <class Outputs, Var Tag>
  auto operator()(const Outputs& outputs, const Tag& given_tag) const {
    using classes = shape<dyn, Categories + 1>;
    const auto tag = expect_shape<smooth_loss, classes>(given_tag);
    const auto probability = expect_shape<smooth_loss, classes>(outputs.video_probability);
    const auto smoothed = expect_shape<smooth_loss, classes>(outputs.smooth_probability);
    const auto [total, sharp, smooth] = compose(composites::compare_tags<Categories + 1>{}, probability, smoothed, tag);
    return loss_terms{total, std::array{sharp, smooth}};
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    label_targets::fill_tags(l, Categories, arrays[0]);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
