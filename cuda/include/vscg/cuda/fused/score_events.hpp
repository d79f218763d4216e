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
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/cosine_similarity.hpp>
#include <vscg/ops/over_axis.hpp>

// The heads of the fully supervised network: one launch forward; back, one to the streams and one for what they learn.

namespace vscg {

namespace composites {
template <int T, int C, int Categories>
struct score_events;
}  // namespace composites

namespace kernels {

/// The sizes, operands and results of the heads.
template <class T>
struct event_scores {
  std::size_t steps, channels, categories;
  double epsilon;  // of the cosine
  const T* first;
  const T* second;
  const T* relevance_weight;
  const T* category_weight;
  T* mean;     // [items, steps, channels]
  T* highest;  // of the mean, over the steps
};

/// All of one item.
template <class T>
struct score_events_forward {
  event_scores<T> of;
  const T* relevance_bias;
  const T* category_bias;
  T* relevance;
  T* category;
  T* similarity;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t steps = of.steps;
    const std::size_t channels = of.channels;
    const std::size_t begin = item * steps * channels;
    group.each(steps * channels, [&](auto i) {
      i.store(of.mean + begin, average_of_two::value(i.load(of.first + begin), i.load(of.second + begin)));
    });
    max_over_axis_forward<T>{steps, channels, of.mean, of.highest}(group, item);
    group.parts(2 * steps + of.categories, [&](const auto& part, std::size_t k) {
      if (k < steps) {
        const std::size_t row = item * steps + k;
        score(part, of.mean + row * channels, of.relevance_weight, relevance_bias, relevance + row);
      } else if (k < 2 * steps) {
        cosine_similarity_forward<T>{channels, of.epsilon, of.first, of.second, similarity}(part,
                                                                                            item * steps + k - steps);
      } else {
        const std::size_t category_at = k - 2 * steps;
        score(part, of.highest + item * channels, of.category_weight + category_at * channels,
              category_bias + category_at, category + item * of.categories + category_at);
      }
    });
  }

 private:
  template <class Group>
  VSCG_HD void score(Group group, const T* x, const T* weight, const T* bias, T* to) const {
    const T product = group.sum(of.channels, [&](auto c) { return c.load(x) * c.load(weight); });
    group.integers(1, [&](std::size_t) { *to = product + *bias; });
  }
};

/// The gradients of an item's streams. A slope is null if the loss does not reach that result.
template <class T>
struct score_events_pullback {
  event_scores<T> of;
  const T* mean_slope;
  const T* relevance_slope;
  const T* category_slope;
  const T* similarity_slope;
  T* highest_slope;    // [items, channels]
  T* mean_slopes;      // of the mean, from everything: [items, steps, channels]
  T* relevance_terms;  // [items, channels]: what each item adds to the gradient of the relevance's weight
  gradient<T> first, second;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t steps = of.steps;
    const std::size_t channels = of.channels;
    const std::size_t begin = item * steps * channels;
    group.integers(channels, [&](std::size_t c) {
      T highest(0);
      for (std::size_t o = 0; category_slope != nullptr && o < of.categories; ++o) {
        highest = highest + category_slope[item * of.categories + o] * of.category_weight[o * channels + c];
      }
      T term(0);
      for (std::size_t t = 0; relevance_slope != nullptr && t < steps; ++t) {
        term = term + relevance_slope[item * steps + t] * of.mean[begin + t * channels + c];
      }
      highest_slope[item * channels + c] = highest;
      relevance_terms[item * channels + c] = term;
    });
    max_over_axis_pullback<T>{steps, channels, of.mean, of.highest, highest_slope, {mean_slopes, false}}(group, item);
    group.integers(steps * channels, [&](std::size_t at) {
      T total = mean_slopes[begin + at];
      if (relevance_slope != nullptr)
        total = total + relevance_slope[item * steps + at / channels] * of.relevance_weight[at % channels];
      if (mean_slope != nullptr) total = total + mean_slope[begin + at];
      mean_slopes[begin + at] = total;
    });
    // An average's gradients, then the cosine's on top.
    group.each(steps * channels, [&](auto i) {
      average_pullback<T>{mean_slopes + begin, moved(first, begin), moved(second, begin)}(i);
    });
    if (similarity_slope == nullptr) return;
    group.parts(steps, [&](const auto& part, std::size_t t) {
      const std::size_t row = item * steps + t;
      cosine(part, row, true, first);
      cosine(part, row, false, second);
    });
  }

 private:
  VSCG_HD static gradient<T> moved(const gradient<T>& to, std::size_t by) {
    return {to.data == nullptr ? nullptr : to.data + by, to.adds};
  }
  template <class Group>
  VSCG_HD void cosine(Group group, std::size_t row, bool of_first, const gradient<T>& to) const {
    if (to.data == nullptr) return;
    cosine_similarity_pullback<T>{of.channels, of.epsilon,       of_first,       of.first,
                                  of.second,   similarity_slope, {to.data, true}}(group, row);
  }
};

/// What the heads learn: a row for each category, then one for the relevance.
template <class T>
struct score_events_parameters {
  std::size_t items, steps, channels, categories;
  const T* highest;
  const T* category_slope;
  const T* relevance_slope;
  const T* relevance_terms;
  T* sums;  // [categories + 1, channels]
  gradient<T> relevance_weight, relevance_bias, category_weight, category_bias;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const bool of_category = row < categories;
    const T* const slope = of_category ? category_slope : relevance_slope;
    const gradient<T> weight = of_category ? category_weight : relevance_weight;
    const gradient<T> bias = of_category ? category_bias : relevance_bias;
    if (weight.data == nullptr && bias.data == nullptr) return;
    T* const to = sums + row * channels;
    add_rows(
        group, channels, row_block{0, items}, to,
        [&](auto c, std::size_t item) {
          using V = typename decltype(c)::value;
          if (!of_category) return c.load(relevance_terms + item * channels);
          return V(slope == nullptr ? T(0) : slope[item * categories + row]) * c.load(highest + item * channels);
        },
        [](auto, std::size_t, auto) {});
    const std::size_t first = of_category ? row * channels : 0;
    group.integers(channels, [&](std::size_t c) { cuda_detail::put(weight, first + c, to[c]); });
    const std::size_t terms = slope == nullptr ? 0 : (of_category ? items : items * steps);
    const T total = group.sum(terms, [&](auto i) {
      return i.generate([&](std::size_t at) { return slope[of_category ? at * categories + row : at]; });
    });
    group.integers(1, [&](std::size_t) { cuda_detail::put(bias, of_category ? row : 0, total); });
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::score_events`.
template <int Steps, int C, int Categories>
struct score_events_at_once
    : operation<shape<dyn, Steps, C>, shape<dyn, Steps>, shape<dyn, Categories>, shape<dyn, Steps>> {
  static constexpr const char* name = "score_events";
  static constexpr operand_index<0> first{};
  static constexpr operand_index<1> second{};
  static constexpr operand_index<2> relevance_weight{};
  static constexpr operand_index<3> relevance_bias{};
  static constexpr operand_index<4> category_weight{};
  static constexpr operand_index<5> category_bias{};
  static constexpr result_index<0> mean{};
  static constexpr result_index<1> relevance{};
  static constexpr result_index<2> category{};
  static constexpr result_index<3> similarity{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(first, second, relevance_weight, category_weight);
  static constexpr std::uint32_t pullback_reads_result = 0b0001;
  static constexpr bool gradients_apart = true;
  static constexpr double flops_per_item = 2.0 * C * (Steps + Categories);
  static constexpr std::array<slot_size, 1> saved() { return {slot_size{C}}; }
  static constexpr std::array<slot_size, 4> pullback_scratch() {
    return {slot_size{C}, slot_size{Steps * C}, slot_size{C}, slot_size{0, (Categories + 1) * C}};
  }
  explicit score_events_at_once(const composites::score_events<Steps, C, Categories>&) {}

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    c.backend().rows(c.items(), 8 * Steps * C,
                     kernels::score_events_forward<T>{scores(c), c.x(relevance_bias), c.x(category_bias),
                                                      c.y(relevance), c.y(category), c.y(similarity)});
  }
  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    c.backend().rows(c.items(), 8 * Steps * C,
                     kernels::score_events_pullback<T>{scores(c), c.dy(mean), c.dy(relevance), c.dy(category),
                                                       c.dy(similarity), c.scratch(0), c.scratch(1), c.scratch(2),
                                                       wanted(c, first), wanted(c, second)});
    if constexpr (Context::wants(relevance_weight) || Context::wants(relevance_bias) ||
                  Context::wants(category_weight) || Context::wants(category_bias)) {
      beside(c.backend(), [&] {
        c.backend().rows(Categories + 1, C * c.items() + 2048,  // a block of lanes, however few items
                         kernels::score_events_parameters<T>{
                             c.items(), Steps, C, Categories, c.saved(0), c.dy(category), c.dy(relevance), c.scratch(2),
                             c.scratch(3), wanted(c, relevance_weight), wanted(c, relevance_bias),
                             wanted(c, category_weight), wanted(c, category_bias)});
      });
    }
  }

 private:
  template <class Context>
  static kernels::event_scores<typename Context::scalar> scores(const Context& c) {
    const double epsilon = ops::cosine_similarity<shape<dyn, Steps, C>>{}.epsilon;
    return {
        Steps,     C,         Categories, epsilon, c.x(first), c.x(second), c.x(relevance_weight), c.x(category_weight),
        c.y(mean), c.saved(0)};
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_SCORE_EVENTS)
template <int Steps, int C, int Categories, cuda_detail::Fusing Device>
struct cuda_detail::override_of<composites::score_events<Steps, C, Categories>, Device> {
  using type = cuda_detail::score_events_at_once<Steps, C, Categories>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
