// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// log Σ exp(x) of a row.
template <class T, class Group>
VSCG_HD T log_sum_exp(Group group, std::size_t channels, const T* x) {
  using math::log;
  const T highest = group.max(channels, [&](auto i) { return i.load(x); });
  return highest + log(group.sum(channels, [&](auto i) {
           using math::exp;
           using V = typename decltype(i)::value;
           return exp(i.load(x) - V(highest));
         }));
}

template <class T>
struct cross_entropy_forward {
  std::size_t rows;  // of one item
  std::size_t channels;
  const T* x;
  const T* target;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    T total = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t base = (item * rows + r) * channels;
      const T normalizer = log_sum_exp(group, channels, x + base);
      total += group.sum(channels, [&](auto i) {
        using V = typename decltype(i)::value;
        return i.load(target + base) * (V(normalizer) - i.load(x + base));
      });
    }
    group.integers(1, [&](std::size_t) { y[item] = total / static_cast<T>(rows); });
  }
};

template <class T>
struct cross_entropy_pullback {
  std::size_t rows;
  std::size_t channels;
  const T* x;
  const T* target;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T slope = dy[item] / static_cast<T>(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t base = (item * rows + r) * channels;
      const T normalizer = log_sum_exp(group, channels, x + base);
      const T weight = group.sum(channels, [&](auto i) { return i.load(target + base); });
      const gradient<T> to{dx.data + base, dx.adds};
      group.each(channels, [&](auto i) {
        using math::exp;
        using V = typename decltype(i)::value;
        to.store(i, V(slope) * (exp(i.load(x + base) - V(normalizer)) * V(weight) - i.load(target + base)));
      });
    }
  }
};

}  // namespace kernels

namespace ops {

/// l = mean over the rows of Σ_c t_c (log Σ exp(x) - x_c); dl/dx_c = (softmax(x)_c Σ t - t_c) / rows.
template <class Shape>
struct cross_entropy : operation<shape<dyn>> {
  static constexpr const char* name = "cross_entropy";
  static constexpr std::uint32_t pullback_reads_operands = 3;
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(c.items(), 4 * Shape::elements,
                     kernels::cross_entropy_forward<typename C::scalar>{rows_of<Shape>, channels, c.template x<0>(),
                                                                        c.template x<1>(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(c.items(), 6 * Shape::elements,
                     kernels::cross_entropy_pullback<typename C::scalar>{
                         rows_of<Shape>, channels, c.template x<0>(), c.template x<1>(), c.dy(), c.template dx<0>()});
  }
};

}  // namespace ops

/// Logits and target probabilities [B, ..., C] to [B]: PyTorch's F.cross_entropy with class probabilities, mean over
/// the rows of each item. A row whose targets are all 0 costs nothing.
template <class Tag, class Shape, bool Active>
auto cross_entropy(const var<Tag, Shape, Active>& x, const var<Tag, Shape, false>& target) {
  static_assert(Shape::per_item, "vscg::cross_entropy: its operands have the batch as their first axis");
  return record(ops::cross_entropy<Shape>{}, x, target);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
