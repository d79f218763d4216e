// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/beside.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/average.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/cuda/sums_at_once.hpp>
#include <vscg/ops/elementwise.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/scale_rows.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>

// The heads of the weakly supervised network. Forward: the mean, a product, and one launch for all else; back, one
// launch to the product, and those for what streams and weights take.

namespace vscg {

namespace composites {
template <int T, int C, int Hidden, int Classes>
struct score_segments;
}  // namespace composites

namespace kernels {

/// The sizes, and what lies between the first product and the scores.
template <class T>
struct segment_scores {
  std::size_t steps, hidden_channels, classes;
  const T* class_weight;  // [classes, hidden_channels]
  const T* gate_weight;   // [classes]
  const T* hidden;        // [items, steps, hidden_channels]
  T* raw;                 // [items, steps, classes]
  T* positive;            // [items, steps]: before the sigmoid
  T* gate;                // [items, steps]
};

/// All of one item.
template <class T>
struct score_segments_forward {
  segment_scores<T> of;
  T* scores;
  T* mean;  // of the scores, over the steps
  T* probability;
  T* smooth;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t classes = of.classes;
    const std::size_t first = item * of.steps;
    group.integers(of.steps * classes, [&](std::size_t at) {
      const T* const hidden = of.hidden + (first + at / classes) * of.hidden_channels;
      const T* const weight = of.class_weight + at % classes * of.hidden_channels;
      T total(0);
      for (std::size_t j = 0; j < of.hidden_channels; ++j) total = total + hidden[j] * weight[j];
      of.raw[first * classes + at] = total;
    });
    group.parts(of.steps, [&](const auto& part, std::size_t t) {
      const std::size_t row = first + t;
      const T* const raw = of.raw + row * classes;
      const T total = part.sum(classes, [&](auto i) { return i.load(raw) * i.load(of.gate_weight); });
      part.integers(1, [&](std::size_t) {
        of.positive[row] = relu_function::value(total);
        of.gate[row] = sigmoid_function::value(of.positive[row]);
      });
      scale_rows_forward<T>{classes, of.raw, of.gate, {scores, false}}(part, row);
    });
    sum_over_axis_forward<T>{of.steps, classes, static_cast<T>(of.steps), scores, mean}(group, item);
    softmax_forward<T>{classes, mean, probability}(group, item);
    softmax_forward<T>{classes, probability, smooth}(group, item);
  }
};

/// An item's gradients before the first product's relu. A slope is null if the loss does not reach that result.
template <class T>
struct score_segments_pullback {
  segment_scores<T> of;
  const T* probability;
  const T* smooth;
  const T* probability_slope;
  const T* scores_slope;
  const T* smooth_slope;
  T* mean_slopes;  // [items, classes]
  T* gate_slopes;  // [items, steps]: before relu
  T* raw_slopes;   // [items, steps, classes]
  T* gate_terms;   // [items, classes]: what each item adds to the gradient of the gate's weight
  T* slopes;       // [items, steps, hidden_channels]
  T* half_slopes;  // of either stream: half of these
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t classes = of.classes;
    const std::size_t first = item * of.steps;
    T* const of_mean = mean_slopes + item * classes;
    const gradient<T> to_mean{mean_slopes, false};
    if (smooth_slope != nullptr) softmax_pullback<T>{classes, smooth, smooth_slope, to_mean}(group, item);
    group.integers(classes, [&](std::size_t k) {
      const T smoothed = smooth_slope == nullptr ? T(0) : of_mean[k];
      of_mean[k] = probability_slope == nullptr ? smoothed : smoothed + probability_slope[item * classes + k];
    });
    softmax_pullback<T>{classes, probability, mean_slopes, to_mean}(group, item);
    group.parts(of.steps, [&](const auto& part, std::size_t t) { to_raw(part, first + t, of_mean); });
    group.integers(classes, [&](std::size_t k) {
      T total(0);
      for (std::size_t t = 0; t < of.steps; ++t)
        total = total + gate_slopes[first + t] * of.raw[(first + t) * classes + k];
      gate_terms[item * classes + k] = total;
    });
    group.integers(of.steps * of.hidden_channels, [&](std::size_t at) {
      const std::size_t row = first + at / of.hidden_channels;
      T total(0);
      for (std::size_t k = 0; k < classes; ++k)
        total =
            total + raw_slopes[row * classes + k] * of.class_weight[k * of.hidden_channels + at % of.hidden_channels];
      const std::size_t here = first * of.hidden_channels + at;
      slopes[here] = total * relu_function::derivative(of.hidden[here]);
      half_slopes[here] = slopes[here] * T(0.5F);
    });
  }

 private:
  template <class Group>
  VSCG_HD void to_raw(Group part, std::size_t row, const T* of_mean) const {
    const std::size_t begin = row * of.classes;
    const auto slope = [&](auto i) {
      using V = typename decltype(i)::value;
      const V share = i.load(of_mean) / V(static_cast<T>(of.steps));
      return scores_slope == nullptr ? share : share + i.load(scores_slope + begin);
    };
    const T inner = part.sum(of.classes, [&](auto i) { return slope(i) * i.load(of.raw + begin); });
    const T gate_slope =
        inner * sigmoid_function::derivative(of.gate[row]) * relu_function::derivative(of.positive[row]);
    part.integers(1, [&](std::size_t) { gate_slopes[row] = gate_slope; });
    part.each(of.classes, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(raw_slopes + begin, slope(i) * V(of.gate[row]) + V(gate_slope) * i.load(of.gate_weight));
    });
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::score_segments`.
template <int Steps, int C, int Hidden, int Classes>
struct score_segments_at_once : operation<shape<dyn, Classes>, shape<dyn, Steps, Classes>, shape<dyn, Classes>> {
  static constexpr const char* name = "score_segments";
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> hidden_weight{};
  static constexpr operand_index<3> class_weight{};
  static constexpr operand_index<4> gate_weight{};
  static constexpr result_index<0> probability{};
  static constexpr result_index<1> scores{};
  static constexpr result_index<2> smooth{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(hidden_weight, class_weight, gate_weight);
  static constexpr std::uint32_t pullback_reads_result = 0b101;
  static constexpr double flops_per_item = 2.0 * Steps * Hidden * (C + Classes);
  /// The mean of the streams; the first product; what `segment_scores` has.
  static constexpr std::array<slot_size, 5> saved() {
    return {slot_size{Steps * C}, slot_size{Steps * Hidden}, slot_size{Steps * Classes}, slot_size{Steps},
            slot_size{Steps}};
  }
  static constexpr std::array<slot_size, 1> forward_scratch() { return {slot_size{Classes}}; }
  static constexpr std::array<slot_size, 6> pullback_scratch() {
    return {slot_size{Classes}, slot_size{Steps},          slot_size{Steps * Classes},
            slot_size{Classes}, slot_size{Steps * Hidden}, slot_size{Steps * Hidden}};
  }
  static constexpr bool gradients_apart = true;
  explicit score_segments_at_once(const composites::score_segments<Steps, C, Hidden, Classes>&) {}

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const fused = c.saved(0);
    c.backend().each(rows * C, 1,
                     kernels::binary_forward<kernels::average_of_two, T>{{}, c.x(first), c.x(second), fused});
    c.backend().gemm(detail::forward_product<T>(rows, C, Hidden, fused, c.x(hidden_weight), nullptr, c.saved(1)),
                     relu_function{});
    c.backend().rows(
        c.items(), Steps * Classes * Hidden,
        kernels::score_segments_forward<T>{segments(c), c.y(scores), c.scratch(0), c.y(probability), c.y(smooth)});
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const slopes = c.scratch(4);
    const T* const half = c.scratch(5);
    c.backend().rows(c.items(), Steps * Classes * Hidden,
                     kernels::score_segments_pullback<T>{segments(c), c.y(probability), c.y(smooth), c.dy(probability),
                                                         c.dy(scores), c.dy(smooth), c.scratch(0), c.scratch(1),
                                                         c.scratch(2), c.scratch(3), slopes, c.scratch(5)});
    const gradient<T> none{nullptr, false};
    const T* const weight = c.x(hidden_weight);
    beside(c.backend(), [&] {
      if constexpr (Context::wants(hidden_weight)) {
        c.backend().gemm(detail::weight_gradient_product<T>(rows, C, Hidden, slopes, c.saved(0), c.dx(hidden_weight)));
      }
      if constexpr (Context::wants(class_weight)) {
        c.backend().gemm(
            detail::weight_gradient_product<T>(rows, Hidden, Classes, c.scratch(2), c.saved(1), c.dx(class_weight)));
      }
    });
    if constexpr (Context::wants(gate_weight)) {
      kernels::sums_at_once<T> terms{};
      terms.rows = c.items();
      terms.columns = Classes;
      terms.add({c.scratch(3), c.dx(gate_weight), none});
      beside<branch::second>(c.backend(), [&] { c.backend().blocks(terms.blocks(), terms); });
    }
    project_back(c.backend(), rows, C, Hidden,
                 projection_back<T>{half, Hidden, nullptr, weight, wanted(c, first), none},
                 projection_back<T>{half, Hidden, nullptr, weight, wanted(c, second), none});
  }

 private:
  template <class Context>
  static kernels::segment_scores<typename Context::scalar> segments(const Context& c) {
    return {Steps,      Hidden,     Classes,    c.x(class_weight), c.x(gate_weight),
            c.saved(1), c.saved(2), c.saved(3), c.saved(4)};
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_SCORE_SEGMENTS)
template <int Steps, int C, int Hidden, int Classes, cuda_detail::Fusing Device>
struct cuda_detail::override_of<composites::score_segments<Steps, C, Hidden, Classes>, Device> {
  using type = cuda_detail::score_segments_at_once<Steps, C, Hidden, Classes>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
