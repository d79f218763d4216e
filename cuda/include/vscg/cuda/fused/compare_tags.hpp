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
#include <vscg/cuda/fused/batch_terms.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/override_of.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/binary_cross_entropy.hpp>
#include <vscg/ops/pointwise_loss.hpp>

// The smooth loss: one launch for the items and one for the batch, one back.

namespace vscg {

namespace composites {
template <int Classes>
struct compare_tags;
}  // namespace composites

namespace kernels {

/// Both terms of an item.
template <class T>
struct compare_tags_items {
  pointwise_loss_forward<binary_cross_entropy_function, T> sharp, smooth;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    sharp(group, item);
    smooth(group, item);
  }
};

/// The gradients of an item's probabilities. Slopes are those of the sum and of the terms; null if the loss does not
/// reach them.
template <class T>
struct compare_tags_pullback {
  T mean;  // over the batch
  const T* total_slope;
  const T* sharp_slope;
  const T* smooth_slope;
  T* sharp_slopes;  // [items]
  T* smooth_slopes;
  pointwise_loss_pullback<binary_cross_entropy_function, T> sharp, smooth;  // to nowhere without data
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    group.integers(1, [&](std::size_t) {
      const T total = total_slope == nullptr ? T(0) : *total_slope;
      sharp_slopes[item] = (sharp_slope == nullptr ? total : total + *sharp_slope) * T(2) * mean;
      smooth_slopes[item] = (smooth_slope == nullptr ? total : total + *smooth_slope) * mean;
    });
    if (sharp.dx.data != nullptr) sharp(group, item);
    if (smooth.dx.data != nullptr) smooth(group, item);
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::compare_tags`.
template <int Classes>
struct compare_tags_at_once : operation<shape<1>, shape<1>, shape<1>> {
  static constexpr const char* name = "compare_tags";
  static constexpr operand_index<0> probability{};
  static constexpr operand_index<1> smoothed{};
  static constexpr operand_index<2> tag{};
  static constexpr result_index<0> total{};
  static constexpr result_index<1> sharp_term{};
  static constexpr result_index<2> smooth_term{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(probability, smoothed, tag);
  static constexpr std::array<slot_size, 2> forward_scratch() { return {slot_size{1}, slot_size{1}}; }
  static constexpr std::array<slot_size, 2> pullback_scratch() { return {slot_size{1}, slot_size{1}}; }
  explicit compare_tags_at_once(const composites::compare_tags<Classes>&) {}

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    const std::size_t items = c.items();
    c.backend().rows(items, 8 * Classes,
                     kernels::compare_tags_items<T>{{Classes, c.x(probability), c.x(tag), c.scratch(0)},
                                                    {Classes, c.x(smoothed), c.x(tag), c.scratch(1)}});
    const bool adds = !c.state().first_micro_batch();
    const auto sum = [&](std::size_t k, T factor, T* to) {
      return kernels::batch_sum<T>{items, c.scratch(k), nullptr, factor, adds, to};
    };
    const kernels::batch_terms<T> sums{
        sum(0, T(2) * mean<T>(c), c.y(sharp_term)), sum(1, mean<T>(c), c.y(smooth_term)), {}, c.y(total)};
    beside(c.backend(), [&] { c.backend().rows(1, 2 * items, sums); });
  }
  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    T* const sharp = c.scratch(0);
    T* const smooth = c.scratch(1);
    c.backend().rows(
        c.items(), 8 * Classes,
        kernels::compare_tags_pullback<T>{mean<T>(c),
                                          c.dy(total),
                                          c.dy(sharp_term),
                                          c.dy(smooth_term),
                                          sharp,
                                          smooth,
                                          {Classes, c.x(probability), c.x(tag), sharp, wanted(c, probability)},
                                          {Classes, c.x(smoothed), c.x(tag), smooth, wanted(c, smoothed)}});
  }

 private:
  template <class T, class Context>
  static T mean(const Context& c) {
    return T(1) / static_cast<T>(c.state().batch_items);
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_COMPARE_TAGS)
template <int Classes, cuda_detail::Fusing Device>
struct cuda_detail::override_of<composites::compare_tags<Classes>, Device> {
  using type = cuda_detail::compare_tags_at_once<Classes>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
