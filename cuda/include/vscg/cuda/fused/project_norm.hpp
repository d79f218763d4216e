// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/cuda/fused/dropout_norm.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
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
struct project_norm_at_once : dropout_norm_of_two<Steps, C> {
  static constexpr const char* name = "project_norm";
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> first_weight{};
  static constexpr operand_index<3> second_weight{};
  static constexpr operand_index<4> scale{};
  static constexpr operand_index<5> shift{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(first, second, first_weight, second_weight, scale);
  static constexpr double flops_per_item = 4.0 * Steps * C * C;

  explicit project_norm_at_once(const composites::project_norm<Steps, C>& whole)
      : dropout_norm_of_two<Steps, C>(whole.first_dropout, whole.second_dropout, whole.epsilon) {}

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t rows = Steps * c.items();
    T* const projected = c.saved(0);  // dropout takes its place
    const T* const none = nullptr;
    c.backend().gemm_pair(
        detail::forward_product(rows, C, C, c.x(first), c.x(first_weight), none, projected),
        detail::forward_product(rows, C, C, c.x(second), c.x(second_weight), none, projected + rows * C),
        relu_function{});
    this->norm(c, static_cast<const T*>(projected), static_cast<const T*>(projected + rows * C), c.x(scale),
               c.x(shift));
  }

  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    const auto sums = this->norm_sums(c);
    const std::size_t rows = sums.rows;
    T* const slopes = c.scratch(0);
    const kernels::project_norm_pullback<T> to_projections{rows,
                                                           C,
                                                           this->first_use.template kept_scale<T>(),
                                                           this->second_use.template kept_scale<T>(),
                                                           c.x(scale),
                                                           sums.x,
                                                           sums.moments,
                                                           sums.first_slope,
                                                           sums.second_slope,
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
