// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>

#include <vscg/core/loss_terms.hpp>

namespace vscg {

// A loss is a type like a network: it says what its targets are and how the number to minimize follows from the
// network's outputs and them. `nn/loss.hpp` has PyTorch's. Your own has three members:
//
//   struct angle_loss {  // 1 - cos(angle between output and target)
//     // The targets' shapes, from the network's output; or `using targets = input_shapes<shape<dyn, 3>>;`.
//     template <class Output>
//     using targets_for = input_shapes<shape_of<Output>>;
//     // What a step reports besides the total.
//     static constexpr std::array<const char*, 1> term_names{"angle"};
//     // The outputs, then the targets in their order.
//     auto operator()(auto output, auto target) const { return batch_mean(1 - cosine_similarity(output, target)); }
//   };
//
//   trainer train(net, adam{1e-3}, angle_loss{});
//   train.step(inputs, targets);
//
// A loss of several terms returns `loss_terms{total, std::array{first, second}}`, one for each name.
//
// Output is a var, or a struct of vars if the network has several outputs. The total is [1]: a mean or sum over the
// batch (`batch_mean`, `batch_weighted_sum`) or a linear combination of such. A mean is over the whole batch even if
// micro-batches split it. If the loss does anything else with a mean, such as a root, it needs the whole batch at once,
// and a trainer with smaller micro-batches refuses it. Targets are data: no gradient flows into them. Shapes of
// targets are [B, ...] or have no batch axis; `indices` are std::int32_t, and of `class_indices` each batch is checked.

/// The losses of a batch.
template <std::size_t N>
struct loss_report {
  double total = 0;
  std::array<double, N> terms{};
  std::array<const char*, N> names{};
};

namespace detail {
template <class Loss, class Outputs>
struct targets_of {
  using type = typename Loss::template targets_for<Outputs>;
};
template <class Loss, class Outputs>
requires requires { typename Loss::targets; }
struct targets_of<Loss, Outputs> {
  using type = typename Loss::targets;
};
}  // namespace detail

/// The shapes of a loss's targets, for a network with these outputs.
template <class Loss, class Outputs>
using targets_of = typename detail::targets_of<Loss, Outputs>::type;

}  // namespace vscg

#include <vscg/core/end.hpp>
