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
#include <vscg/ops/cross_entropy.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/pointwise_loss.hpp>
#include <vscg/ops/relu.hpp>

// The negative pair filter loss: one launch for the items and one for the batch, one back.

namespace vscg {

namespace composites {
template <int T, int Categories>
struct filter_negative_pairs;
}  // namespace composites

namespace kernels {

/// The operands, and shares of the similarity. Each way has its own, so that the way back need not wait for the loss.
template <class T>
struct pair_filter {
  std::size_t steps, categories;
  double epsilon;  // of the norm
  const T* relevance;
  const T* category;
  const T* similarity;
  const T* foreground;
  const T* target;
  const T* share;
  T* positive;    // relu(similarity)
  T* normalized;  // its rows, divided by their sums

  template <class Group>
  VSCG_HD void find_shares(Group group, std::size_t item) const {
    const std::size_t base = item * steps;
    group.each(steps, [&](auto i) { i.store(positive + base, relu_function::value(i.load(similarity + base))); });
    divide_by_sum_forward<T>{steps, epsilon, positive, normalized}(group, item);
  }
};

/// The three terms of an item.
template <class T>
struct pair_filter_items {
  pair_filter<T> of;
  T* relevance_terms;
  T* category_terms;
  T* similarity_terms;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    pointwise_loss_forward<binary_cross_entropy_with_logits_function, T>{of.steps, of.relevance, of.foreground,
                                                                         relevance_terms}(group, item);
    cross_entropy_forward<T>{1, of.categories, of.category, of.target, category_terms}(group, item);
    of.find_shares(group, item);
    pointwise_loss_forward<mse_loss_function, T>{of.steps, of.normalized, of.share, similarity_terms}(group, item);
  }
};

/// The gradients of an item. Slopes are those of the sum and of the terms; null if the loss does not reach them.
template <class T>
struct pair_filter_pullback {
  pair_filter<T> of;
  const T* weight;
  T factor;  // of the means over the batch
  const T* total_slope;
  const T* relevance_slope;
  const T* category_slope;
  const T* similarity_slope;
  T* term_slopes;  // [3, items]
  std::size_t items;
  T* share_slopes;  // [items, steps]
  gradient<T> relevance, category, similarity;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    T* const slopes = term_slopes;
    group.integers(1, [&](std::size_t) {
      slopes[item] = slope(relevance_slope) * factor;
      slopes[items + item] = slope(category_slope) * weight[item];
      slopes[2 * items + item] = slope(similarity_slope) * factor;
    });
    if (relevance.data != nullptr) {
      pointwise_loss_pullback<binary_cross_entropy_with_logits_function, T>{of.steps, of.relevance, of.foreground,
                                                                            slopes, relevance}(group, item);
    }
    if (category.data != nullptr)
      cross_entropy_pullback<T>{1, of.categories, of.category, of.target, slopes + items, category}(group, item);
    if (similarity.data == nullptr) return;
    of.find_shares(group, item);
    const gradient<T> here{share_slopes, false};
    const std::size_t base = item * of.steps;
    pointwise_loss_pullback<mse_loss_function, T>{of.steps, of.normalized, of.share, slopes + 2 * items, here}(group,
                                                                                                               item);
    divide_by_sum_pullback<T>{of.steps, of.epsilon, of.positive, of.normalized, share_slopes, here}(group, item);
    const gradient<T> to{similarity.data + base, similarity.adds};
    group.each(of.steps, [&](auto i) {
      to.store(i, i.load(share_slopes + base) * relu_function::derivative(i.load(of.positive + base)));
    });
  }

 private:
  VSCG_HD T slope(const T* of_term) const {
    return (total_slope == nullptr ? T(0) : *total_slope) + (of_term == nullptr ? T(0) : *of_term);
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::filter_negative_pairs`.
template <int Steps, int Categories>
struct filter_negative_pairs_at_once : operation<shape<1>, shape<1>, shape<1>, shape<1>> {
  static constexpr const char* name = "filter_negative_pairs";
  static constexpr operand_index<0> relevance{};
  static constexpr operand_index<1> category{};
  static constexpr operand_index<2> similarity{};
  static constexpr operand_index<3> foreground{};
  static constexpr operand_index<4> target{};
  static constexpr operand_index<5> weight{};
  static constexpr operand_index<6> share{};
  static constexpr result_index<0> total{};
  static constexpr result_index<1> relevance_term{};
  static constexpr result_index<2> category_term{};
  static constexpr result_index<3> similarity_term{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(relevance, category, similarity, foreground, target, weight, share);
  /// Shares, terms.
  static constexpr std::array<slot_size, 3> forward_scratch() {
    return {slot_size{Steps}, slot_size{Steps}, slot_size{3}};
  }
  /// Shares, slopes of the terms and of the shares.
  static constexpr std::array<slot_size, 4> pullback_scratch() {
    return {slot_size{Steps}, slot_size{Steps}, slot_size{3}, slot_size{Steps}};
  }
  explicit filter_negative_pairs_at_once(const composites::filter_negative_pairs<Steps, Categories>&) {}

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    T* const terms = c.scratch(2);
    const std::size_t items = c.items();
    c.backend().rows(items, 8 * (Steps + Categories),
                     kernels::pair_filter_items<T>{filter(c), terms, terms + items, terms + 2 * items});
    const bool adds = !c.state().first_micro_batch();
    const auto sum = [&](std::size_t k, const T* weights, T factor, T* to) {
      return kernels::batch_sum<T>{items, terms + k * items, weights, factor, adds, to};
    };
    const kernels::batch_terms<T> sums{sum(0, nullptr, mean<T>(c), c.y(relevance_term)),
                                       sum(1, c.x(weight), T(1), c.y(category_term)),
                                       sum(2, nullptr, mean<T>(c), c.y(similarity_term)), c.y(total)};
    beside(c.backend(), [&] { c.backend().rows(1, 3 * items, sums); });
  }
  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    c.backend().rows(c.items(), 8 * (Steps + Categories),
                     kernels::pair_filter_pullback<T>{filter(c), c.x(weight), mean<T>(c), c.dy(total),
                                                      c.dy(relevance_term), c.dy(category_term), c.dy(similarity_term),
                                                      c.scratch(2), c.items(), c.scratch(3), wanted(c, relevance),
                                                      wanted(c, category), wanted(c, similarity)});
  }

 private:
  template <class T, class Context>
  static T mean(const Context& c) {
    return T(1) / static_cast<T>(c.state().batch_items);
  }
  template <class Context>
  static kernels::pair_filter<typename Context::scalar> filter(const Context& c) {
    const double epsilon = ops::divide_by_sum<shape<dyn, Steps>>{}.epsilon;
    return {Steps,           Categories,  epsilon,    c.x(relevance), c.x(category), c.x(similarity),
            c.x(foreground), c.x(target), c.x(share), c.scratch(0),   c.scratch(1)};
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_FILTER_NEGATIVE_PAIRS)
template <int Steps, int Categories, cuda_detail::Fusing Device>
struct cuda_detail::override_of<composites::filter_negative_pairs<Steps, Categories>, Device> {
  using type = cuda_detail::filter_negative_pairs_at_once<Steps, Categories>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
