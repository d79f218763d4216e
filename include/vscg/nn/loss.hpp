// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/guard.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/range.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/class_mean.hpp>
#include <vscg/ops/constant.hpp>
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/l1_loss.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/shift.hpp>

// Losses for a trainer, with PyTorch's names, settings and reduction="mean". Each is for a network with one output
// [B, ...] and takes the shape of its targets from that. How to write another one is in `model/loss.hpp`.

namespace vscg::nn {

namespace loss_detail {

/// Classes for [B, ..., C]: [B, ...]. What is not such an output is refused when the loss is traced.
template <class Outputs>
struct classes_for {
  using type = input_shapes<class_indices<1, dyn>>;
};
template <class Tag, int First, int Second, int... More, bool Active>
struct classes_for<var<Tag, shape<First, Second, More...>, Active>> {
  using outputs = shape<First, Second, More...>;
  template <std::size_t... I>
  static auto without_last(std::index_sequence<I...>) -> class_indices<extent<outputs, -1>, outputs::extents[I]...>;
  static auto of() {
    if constexpr (outputs::per_item)
      return input_shapes<decltype(without_last(std::make_index_sequence<outputs::rank - 1>{}))>{};
    else
      return input_shapes<class_indices<1, dyn>>{};
  }
  using type = decltype(of());
};

/// Targets like the output.
template <class Outputs>
struct numbers_for {
  using type = input_shapes<shape<dyn>>;
};
template <class Tag, class Shape, bool Active>
requires(Shape::per_item) struct numbers_for<var<Tag, Shape, Active>> {
  using type = input_shapes<Shape>;
};

/// f(output, target), the loss's only term, for a network with one output [B, ...] of at least `Rank` axes.
template <class Loss, int Rank, class Outputs, class Target, class F>
auto loss_of(const Outputs& outputs, const Target& target, F f) {
  constexpr bool fits = [] {
    if constexpr (is_var<Outputs>)
      return Outputs::shape_type::per_item && Outputs::shape_type::rank >= Rank;
    else
      return false;
  }();
  if constexpr (fits) {
    return f(outputs, target);
  } else {
    if constexpr (is_var<Outputs>)
      expect_batch<Loss, Rank>(outputs);
    else
      require<false, Loss, expects<1, number::of_outputs>, gets<field_count<Outputs>, number::of_outputs>>();
    return var<typename Target::tag, shape<1>, true>{target.trace, target.id};
  }
}

/// Throws vscg::expectation_error naming `loss` if its settings are of no use.
inline void check_class_settings(const std::string& loss, double label_smoothing, const std::vector<double>& weight) {
  real_range{0, 1}.expect(loss + ": label_smoothing", label_smoothing);
  for (const double of_class : weight)
    real_range{0, std::numeric_limits<float>::max()}.expect(loss + ": weight", of_class);
}

}  // namespace loss_detail

/// Scores (logits) [B, C] or [B, ..., C] against the right classes: [B] or [B, ...] of std::int32_t, 0 to C - 1, or
/// negative (PyTorch's -100) where there is none. The mean is over all rows of the batch that have a class; with
/// weights, it is divided by the sum of their weights. It is 0 if no row has a class, where PyTorch gives NaN.
/// PyTorch: nn.CrossEntropyLoss(weight, label_smoothing=...).
struct cross_entropy_loss {
  double label_smoothing = 0;    ///< this share of each target is spread evenly over all classes
  std::vector<double> weight{};  ///< of each class; empty: 1 each

  template <class Outputs>
  using targets_for = typename loss_detail::classes_for<Outputs>::type;
  static constexpr std::array<const char*, 1> term_names{"cross_entropy"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    loss_detail::check_class_settings("nn::cross_entropy_loss", label_smoothing, weight);
    return loss_detail::loss_of<cross_entropy_loss, 2>(outputs, target, [&](const auto& x, const auto& right) {
      constexpr int classes = extent<shape_of<decltype(x)>, -1>;
      if (weight.empty()) return class_mean<classes>(cross_entropy(x, right, label_smoothing), right);
      const auto weights = constant<shape<classes>>(x, weight, "nn::cross_entropy_loss: weight");
      return class_mean<classes>(cross_entropy(x, right, weights, label_smoothing), right, weights);
    });
  }
};

/// The same against probabilities of the classes, one-hot or soft, of the output's shape. The mean is over all rows,
/// with weights too. PyTorch: nn.CrossEntropyLoss with targets of the output's type.
struct cross_entropy_with_probabilities_loss {
  double label_smoothing = 0;    ///< this share of each target is spread evenly over all classes
  std::vector<double> weight{};  ///< of each class; empty: 1 each

  template <class Outputs>
  using targets_for = typename loss_detail::numbers_for<Outputs>::type;
  static constexpr std::array<const char*, 1> term_names{"cross_entropy_with_probabilities"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    loss_detail::check_class_settings("nn::cross_entropy_with_probabilities_loss", label_smoothing, weight);
    using loss = cross_entropy_with_probabilities_loss;
    return loss_detail::loss_of<loss, 2>(outputs, target, [&](const auto& x, const auto& probabilities) {
      constexpr int classes = extent<shape_of<decltype(x)>, -1>;
      auto wanted = probabilities;
      if (label_smoothing != 0) wanted = wanted * (1 - label_smoothing) + label_smoothing / classes;
      if (!weight.empty()) {
        const char* const what = "nn::cross_entropy_with_probabilities_loss: weight";
        wanted = wanted * constant<shape<classes>>(x, weight, what);
      }
      return batch_mean(cross_entropy(x, wanted));
    });
  }
};

/// Logits [B, ...] against probabilities of that shape, each yes or no by itself; the mean over all entries.
/// PyTorch: nn.BCEWithLogitsLoss.
struct bce_with_logits_loss {
  template <class Outputs>
  using targets_for = typename loss_detail::numbers_for<Outputs>::type;
  static constexpr std::array<const char*, 1> term_names{"bce_with_logits"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    return loss_detail::loss_of<bce_with_logits_loss, 1>(outputs, target, [](const auto& x, const auto& t) {
      return batch_mean(binary_cross_entropy_with_logits(x, t));
    });
  }
};

/// [B, ...] against numbers of that shape: the mean square of all differences. PyTorch: nn.MSELoss.
struct mse_loss {
  template <class Outputs>
  using targets_for = typename loss_detail::numbers_for<Outputs>::type;
  static constexpr std::array<const char*, 1> term_names{"mse"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    return loss_detail::loss_of<mse_loss, 1>(
        outputs, target, [](const auto& x, const auto& t) { return batch_mean(vscg::mse_loss(x, t)); });
  }
};

/// [B, ...] against numbers of that shape: the mean of all absolute differences. PyTorch: nn.L1Loss.
struct l1_loss {
  template <class Outputs>
  using targets_for = typename loss_detail::numbers_for<Outputs>::type;
  static constexpr std::array<const char*, 1> term_names{"l1"};

  template <class Outputs, Var Target>
  auto operator()(const Outputs& outputs, const Target& target) const {
    return loss_detail::loss_of<l1_loss, 1>(
        outputs, target, [](const auto& x, const auto& t) { return batch_mean(vscg::l1_loss(x, t)); });
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
