// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/loss_terms.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/label_targets.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg {

namespace detail {
/// The soft margin loss of probabilities, for `Loss`, which errors name.
template <class Loss, Var Probability, Var Target>
auto soft_margin(const Probability& given, const Target& given_target) {
  using classes = typename Loss::classes;
  const auto target = expect_shape<Loss, classes>(given_target);
  return batch_mean(binary_cross_entropy_with_logits(expect_shape<Loss, classes>(given), target));
}
}  // namespace detail

/// PyTorch's MultiLabelSoftMarginLoss of probabilities, which it takes as logits: the mean over all entries of
/// -[t ln σ(p) + (1 - t) ln σ(-p)]. It is what the released AVEL and DMRN, and every weakly supervised host, train
/// with.
///
///   fully:  segment_probability against each segment's class, one-hot
///   weakly: video_probability against the video's category, one-hot; `Background` says whether it has a last column
///           for background, as for videos without an event
template <setting Setting = setting::fully, int T = 10, int Categories = 28, bool Background = true>
struct soft_margin_loss {
  static_assert(Background, "vscg: each segment may be background");
  using classes = shape<dyn, T, Categories + 1>;
  using targets = input_shapes<classes>;
  static constexpr std::array<const char*, 1> term_names{"class"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    return detail::soft_margin<soft_margin_loss>(outputs.segment_probability, target);
  }

  /// Fills the targets from labels like train::labels; throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_segment_classes(T, Categories);
    label_targets::fill_one_hot(l.segment_classes, Categories + 1, arrays[0]);
  }
};

template <int T, int Categories, bool Background>
struct soft_margin_loss<setting::weakly, T, Categories, Background> {
  static constexpr std::size_t columns = Categories + (Background ? 1 : 0);
  using classes = shape<dyn, static_cast<int>(columns)>;
  using targets = input_shapes<classes>;
  static constexpr std::array<const char*, 1> term_names{"tag"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    return detail::soft_margin<soft_margin_loss>(outputs.video_probability, target);
  }

  /// Fills the targets from the tags of labels like train::labels: the category with the largest share, or background
  /// if no category has any. Throws vscg::expectation_error if these have other sizes.
  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    l.expect_tags(Categories);
    arrays[0].assign(l.items * columns, Scalar(0));
    for (std::size_t item = 0; item < l.items; ++item) {
      const auto* const shares = l.tags.data() + item * (Categories + 1);
      const auto* const category = std::max_element(shares, shares + Categories);
      const auto which = static_cast<std::size_t>(*category > 0 ? category - shares : Categories);
      if (which < columns) arrays[0][item * columns + which] = Scalar(1);
    }
  }
};

/// The same for a weakly supervised host that also judges by one stream alone (DMIN): a share of it for its
/// self_probability, the rest for video_probability.
template <int Categories = 28>
struct self_soft_margin_loss {
  double share = 0.08;  ///< of self_probability
  using plain = soft_margin_loss<setting::weakly, 10, Categories>;
  using classes = typename plain::classes;
  using targets = typename plain::targets;
  static constexpr std::array<const char*, 2> term_names{"tag", "self"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    const auto tag_term = plain{}(outputs, target);
    const auto self_term = detail::soft_margin<self_soft_margin_loss>(outputs.self_probability, target);
    return loss_terms{tag_term * (1 - share) + self_term * share, std::array{tag_term, self_term}};
  }

  template <class Labels, class Scalar>
  static void fill(const Labels& l, std::array<std::vector<Scalar>, targets::count>& arrays) {
    plain::fill(l, arrays);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
