// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

namespace kernels {

/// log Σ exp(x) of a row.
template <class T, class Group>
VSCG_HD T log_sum_exp(Group group, std::size_t channels, const T* x) {
  using math::log;
  const auto [highest, sum] = sum_exponentials(group, channels, x, [](auto, auto) {});
  return highest + log(sum);
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

/// The same with one right class: `target` [rows] names it. A negative class (PyTorch's ignore_index is -100) costs
/// nothing; one beyond the classes gives NaN, so the step is refused.
template <class T>
struct index_cross_entropy_forward {
  std::size_t rows;  // of one item
  std::size_t channels;
  const T* x;
  const std::int32_t* target;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    T total = 0;
    for (std::size_t r = item * rows; r < (item + 1) * rows; ++r) {
      if (target[r] < 0) continue;
      const auto right = static_cast<std::size_t>(target[r]);
      const T found = right < channels ? x[r * channels + right] : math::not_a_number<T>;
      total += log_sum_exp(group, channels, x + r * channels) - found;
    }
    group.integers(1, [&](std::size_t) { y[item] = total / static_cast<T>(rows); });
  }
};

template <class T>
struct index_cross_entropy_pullback {
  std::size_t rows;
  std::size_t channels;
  const T* x;
  const std::int32_t* target;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    for (std::size_t r = item * rows; r < (item + 1) * rows; ++r) {
      const T slope = target[r] < 0 ? T(0) : dy[item] / static_cast<T>(rows);
      const T normalizer = log_sum_exp(group, channels, x + r * channels);
      const gradient<T> to{dx.data + r * channels, dx.adds};
      group.each(channels, [&](auto i) {
        using math::exp;
        using V = typename decltype(i)::value;
        to.store(i, V(slope) * exp(i.load(x + r * channels) - V(normalizer)));
      });
      group.integers(1, [&](std::size_t) {
        if (target[r] >= 0 && static_cast<std::size_t>(target[r]) < channels) to.data[target[r]] -= slope;
      });
    }
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
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> target{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, target);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(
        c.items(), 4 * Shape::elements,
        kernels::cross_entropy_forward<typename C::scalar>{rows_of<Shape>, channels, c.x(input), c.x(target), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(c.items(), 6 * Shape::elements,
                     kernels::cross_entropy_pullback<typename C::scalar>{rows_of<Shape>, channels, c.x(input),
                                                                         c.x(target), c.dy(), c.dx(input)});
  }
};

/// l = mean over the rows of log Σ exp(x) - x_t; dl/dx_c = (softmax(x)_c - [c = t]) / rows.
template <class Shape>
struct index_cross_entropy : operation<shape<dyn>> {
  static constexpr const char* name = "index_cross_entropy";
  static constexpr bool takes_indices = true;
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> target{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, target);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(c.items(), 4 * Shape::elements,
                     kernels::index_cross_entropy_forward<typename C::scalar>{rows_of<Shape>, channels, c.x(input),
                                                                              c.indices(target), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(c.items(), 6 * Shape::elements,
                     kernels::index_cross_entropy_pullback<typename C::scalar>{rows_of<Shape>, channels, c.x(input),
                                                                               c.indices(target), c.dy(), c.dx(input)});
  }
};

}  // namespace ops

/// Logits and target probabilities [B, ..., C] to [B]: PyTorch's F.cross_entropy with class probabilities, mean over
/// the rows of each item. A row whose targets are all 0 costs nothing.
template <class Tag, class Shape, bool Active, class Target>
auto cross_entropy(const var<Tag, Shape, Active>& given_x, const var<Tag, Target, false>& given_target) {
  using given = ops::cross_entropy<Shape>;
  const auto x = expect_batch<given, 2>(given_x);
  const auto target = expect_batch<given, 2>(expect_same_shape<given>(given_x, given_target));
  return record(ops::cross_entropy<shape_of<decltype(x)>>{}, x, target);
}
VSCG_OPERANDS_OF(cross_entropy, 2, 2)

/// Logits [B, ..., C] and classes [B, ...] to [B]: PyTorch's F.cross_entropy with class indices, mean over all rows of
/// each item. A negative class costs nothing but counts as a row.
template <class Tag, class Shape, int... Extents, bool Active>
auto cross_entropy(const var<Tag, Shape, Active>& given_x, const var<Tag, indices<Extents...>, false>& given_target) {
  using given = ops::index_cross_entropy<Shape>;
  const auto x = expect_batch<given, 2>(given_x);
  const var<Tag, shape<Extents...>, false> classes{given_target.trace, given_target.id};
  const auto target = expect_shape<given, without_channels<shape_of<decltype(x)>>>(classes);
  return record(ops::index_cross_entropy<shape_of<decltype(x)>>{}, x, target);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
