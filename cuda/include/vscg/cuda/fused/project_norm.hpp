// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/cuda/fused/dropout_norm.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/dropout.hpp>
#include <vscg/ops/layer_norm.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/relu.hpp>

// Projection, relu, dropout and LayerNorm of two streams. Forward: the products, then one launch for the rest. Back:
// one launch to the projections, the products, and one launch for scale and shift.

namespace vscg {

namespace composites {
template <int T, int C>
struct project_norm;
}  // namespace composites

namespace kernels {

/// The gradient before relu of a row. What dropout left is 0 where it dropped and where relu did.
template <class T>
struct project_norm_pullback {
  std::size_t rows;
  std::size_t channels;
  T first_kept, second_kept;  // what dropout multiplies by
  const T* scale;
  const T* dropped;
  const T* moments;
  const T* first_slope;  // null if the loss does not reach that stream
  const T* second_slope;
  T* slopes;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t at) const {
    const bool of_first = at < rows;
    const std::size_t row = of_first ? at : at - rows;
    const std::size_t skipped = at - row;
    const T* const slope = of_first ? first_slope : second_slope;
    const T* const left = dropped + at * channels;
    T* const to = slopes + at * channels;
    if (slope == nullptr) {
      group.integers(channels, [&](std::size_t c) { to[c] = T(0); });
      return;
    }
    layer_norm_pullback<T>{channels, dropped + skipped * channels,        scale, moments + 2 * skipped,
                           slope,    {slopes + skipped * channels, false}}(group, row);
    const T kept = of_first ? first_kept : second_kept;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(to, i.load(to) * relu_function::derivative(i.load(left)) * V(kept));
    });
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::project_norm`.
template <int Steps, int C>
struct project_norm_at_once : operation<shape<dyn, Steps, C>, shape<dyn, Steps, C>> {
  static constexpr const char* name = "project_norm";
  void settings(setting_list& to) const {
    to.add("epsilon", epsilon).add("first_rate", first_use.rate).add("second_rate", second_use.rate);
  }
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> first_weight{};
  static constexpr operand_index<3> second_weight{};
  static constexpr operand_index<4> scale{};
  static constexpr operand_index<5> shift{};
  static constexpr result_index<0> first_result{};
  static constexpr result_index<1> second_result{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(first, second, first_weight, second_weight, scale);
  static constexpr double flops_per_item = 4.0 * Steps * C * C;
  /// What dropout leaves, and the moments of its rows.
  static constexpr std::array<slot_size, 2> saved() { return {slot_size{2 * Steps * C}, slot_size{4 * Steps}}; }
  /// The gradient before relu; sums for scale and shift.
  static constexpr std::array<slot_size, 2> pullback_scratch() {
    return {slot_size{2 * Steps * C}, column_sums_scratch(Steps, 4 * C)};
  }
  dropout_use first_use;
  dropout_use second_use;
  double epsilon;

  explicit project_norm_at_once(const composites::project_norm<Steps, C>& whole)
      : first_use(whole.first_dropout), second_use(whole.second_dropout), epsilon(whole.epsilon) {}

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const projected = c.saved(0);
    const T* const none = nullptr;
    c.backend().gemm_pair(
        detail::forward_product(rows, C, C, c.x(first), c.x(first_weight), none, projected),
        detail::forward_product(rows, C, C, c.x(second), c.x(second_weight), none, projected + rows * C),
        relu_function{});
    kernels::dropout_norm_forward<T> rest{};
    rest.rows = rows;
    rest.steps = Steps;
    rest.channels = C;
    rest.epsilon = epsilon;
    rest.first_drops = Context::training && first_use.rate > 0;
    rest.second_drops = Context::training && second_use.rate > 0;
    rest.first = choice_of<T>(first_use, c.state());
    rest.second = choice_of<T>(second_use, c.state());
    rest.scale = c.x(scale);
    rest.shift = c.x(shift);
    rest.first_from = projected;
    rest.second_from = projected + rows * C;
    rest.dropped = projected;
    rest.moments = c.saved(1);
    rest.first_to = c.y(first_result);
    rest.second_to = c.y(second_result);
    c.backend().rows(2 * rows, 4 * C, rest);
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    const T* const first_slope = c.dy(first_result);
    const T* const second_slope = c.dy(second_result);
    T* const slopes = c.scratch(0);
    const std::size_t blocks = kernels::row_block::count(rows);
    const kernels::norm_block_sums_of_two<T> sums{rows,        blocks,       C,           c.saved(0), c.saved(1),
                                                  first_slope, second_slope, c.scratch(1)};
    const kernels::project_norm_pullback<T> to_projections{rows,
                                                           C,
                                                           first_use.template kept_scale<T>(),
                                                           second_use.template kept_scale<T>(),
                                                           c.x(scale),
                                                           c.saved(0),
                                                           c.saved(1),
                                                           first_slope,
                                                           second_slope,
                                                           slopes};
    launch_with_norm_sums(c.backend(), 2 * rows, to_projections, sums, Context::wants(scale));
    project_back(
        c.backend(), rows, C, C,
        projection_back<T>{slopes, C, c.x(first), c.x(first_weight), wanted(c, first), wanted(c, first_weight)},
        projection_back<T>{slopes + rows * C, C, c.x(second), c.x(second_weight), wanted(c, second),
                           wanted(c, second_weight)});
    if constexpr (Context::wants(scale)) add_norm_sums(c.backend(), sums, c.dx(scale), c.dx(shift));
  }
};

}  // namespace cuda_detail

// Rows begin at multiples of 4 numbers, where dropout's random words do.
#if !defined(VSCG_CUDA_NO_FUSED_PROJECT_NORM)
template <int Steps, int C, cuda_detail::Fusing Device>
requires(C % 4 == 0) struct cuda_detail::override_of<composites::project_norm<Steps, C>, Device> {
  using type = cuda_detail::project_norm_at_once<Steps, C>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
