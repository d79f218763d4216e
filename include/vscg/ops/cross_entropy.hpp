// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/ops/logsumexp.hpp>

namespace vscg {

namespace kernels {

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

/// Target probabilities that indices stand for: `smoothing` is shared out among all classes, the right one gets the
/// rest as well, and each is multiplied by its class's weight.
template <class T>
struct index_target {
  std::size_t channels;
  const T* weight;  // of the classes, or null: 1
  T smoothing;

  VSCG_HD T of_right_class(std::size_t right) const {
    return (T(1) - smoothing) * (weight == nullptr ? T(1) : weight[right]);
  }
  /// What every class gets, before its weight.
  VSCG_HD T of_any_class() const { return smoothing / static_cast<T>(channels); }
  /// Sum over the classes of f(index) times what every class gets.
  template <class Group, class F>
  VSCG_HD T over_any_class(Group group, F f) const {
    if (smoothing == T(0)) return T(0);
    return of_any_class() *
           group.sum(channels, [&](auto i) { return weight == nullptr ? f(i) : f(i) * i.load(weight); });
  }
};

/// The same with one right class: `target` [rows] names it. A negative class (PyTorch's ignore_index is -100) costs
/// nothing; one beyond the classes gives NaN, so the step is refused.
template <class T>
struct index_cross_entropy_forward {
  std::size_t rows;  // of one item
  index_target<T> wanted;
  const T* x;
  const std::int32_t* target;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t channels = wanted.channels;
    T total = 0;
    for (std::size_t r = item * rows; r < (item + 1) * rows; ++r) {
      if (target[r] < 0) continue;
      const auto right = static_cast<std::size_t>(target[r]);
      if (right >= channels) {
        total = math::not_a_number<T>;
        break;
      }
      const T* const row = x + r * channels;
      const T normalizer = log_sum_exp(group, channels, row);
      total += wanted.of_right_class(right) * (normalizer - row[right]) + wanted.over_any_class(group, [&](auto i) {
        using V = typename decltype(i)::value;
        return V(normalizer) - i.load(row);
      });
    }
    group.integers(1, [&](std::size_t) { y[item] = total / static_cast<T>(rows); });
  }
};

template <class T>
struct index_cross_entropy_pullback {
  std::size_t rows;
  index_target<T> wanted;
  const T* x;
  const std::int32_t* target;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const std::size_t channels = wanted.channels;
    for (std::size_t r = item * rows; r < (item + 1) * rows; ++r) {
      const auto right = static_cast<std::size_t>(target[r]);
      const bool known = target[r] >= 0 && right < channels;
      const T slope = known ? dy[item] / static_cast<T>(rows) : T(0);
      const T of_right = known ? slope * wanted.of_right_class(right) : T(0);
      const T of_any = slope * wanted.of_any_class();
      const T of_all = of_right + slope * wanted.over_any_class(group, [](auto i) {
        using V = typename decltype(i)::value;
        return V(1);
      });
      const T normalizer = log_sum_exp(group, channels, x + r * channels);
      const gradient<T> to{dx.data + r * channels, dx.adds};
      group.each(channels, [&](auto i) {
        using math::exp;
        using V = typename decltype(i)::value;
        const V wish = wanted.weight == nullptr ? V(of_any) : V(of_any) * i.load(wanted.weight);
        to.store(i, V(of_all) * exp(i.load(x + r * channels) - V(normalizer)) - wish);
      });
      group.integers(1, [&](std::size_t) {
        if (known) to.data[right] -= of_right;
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

/// l = mean over the rows of Σ_c t_c (log Σ exp(x) - x_c) with t_c = w_c ((1 - ε) [c = target] + ε / C), for the label
/// smoothing ε and the classes' weights w, all 1 if there are none; dl/dx_c = (softmax(x)_c Σ t - t_c) / rows.
template <class Shape, bool Weighted>
struct index_cross_entropy : operation<shape<dyn>> {
  static constexpr const char* name = Weighted ? "weighted_index_cross_entropy" : "index_cross_entropy";
  static constexpr bool takes_indices = true;
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> target{};
  static constexpr operand_index<2> weight{};
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(input, target) | (Weighted ? operand_set(weight) : 0U);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  double smoothing = 0;

  void settings(setting_list& to) const { to.add("label_smoothing", smoothing); }
  template <class C>
  void forward(const C& c) const {
    c.backend().rows(c.items(), 4 * Shape::elements,
                     kernels::index_cross_entropy_forward<typename C::scalar>{rows_of<Shape>, wanted(c), c.x(input),
                                                                              c.indices(target), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(c.items(), 6 * Shape::elements,
                     kernels::index_cross_entropy_pullback<typename C::scalar>{rows_of<Shape>, wanted(c), c.x(input),
                                                                               c.indices(target), c.dy(), c.dx(input)});
  }

 private:
  template <class C>
  kernels::index_target<typename C::scalar> wanted(const C& c) const {
    using T = typename C::scalar;
    const T* of_classes = nullptr;
    if constexpr (Weighted) of_classes = c.x(weight);
    return {channels, of_classes, static_cast<T>(smoothing)};
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

namespace detail {
template <class Given, class X, class Tag, int... Extents, class... Weight>
auto index_cross_entropy(const X& given_x, const var<Tag, indices<Extents...>, false>& given_target, double smoothing,
                         const Weight&... weight) {
  const auto x = expect_batch<Given, 2>(given_x);
  using logits = shape_of<decltype(x)>;
  const var<Tag, shape<Extents...>, false> classes{given_target.trace, given_target.id};
  const auto target = expect_shape<Given, without_channels<logits>>(classes);
  ops::index_cross_entropy<logits, (sizeof...(Weight) > 0)> operation;
  operation.smoothing = smoothing;
  return record(operation, x, target, expect_shape<Given, shape<extent<logits, -1>>>(weight)...);
}
}  // namespace detail

/// Logits [B, ..., C] and classes [B, ...] to [B]: PyTorch's F.cross_entropy with class indices, mean over all rows of
/// each item. A negative class costs nothing but counts as a row. `smoothing`, 0 to 1, is PyTorch's label_smoothing.
template <class Tag, class Shape, int... Extents, bool Active>
auto cross_entropy(const var<Tag, Shape, Active>& x, const var<Tag, indices<Extents...>, false>& target,
                   double smoothing = 0) {
  return detail::index_cross_entropy<ops::index_cross_entropy<Shape, false>>(x, target, smoothing);
}

/// The same with weights [C] of the classes, as data. A row's loss is multiplied by them; the mean divides by the
/// number of rows, not by their weights.
template <class Tag, class Shape, int... Extents, bool Active, class Weight>
auto cross_entropy(const var<Tag, Shape, Active>& x, const var<Tag, indices<Extents...>, false>& target,
                   const var<Tag, Weight, false>& weight, double smoothing = 0) {
  return detail::index_cross_entropy<ops::index_cross_entropy<Shape, true>>(x, target, smoothing, weight);
}
VSCG_OPERANDS_OF(cross_entropy, 2, 3)

}  // namespace vscg

#include <vscg/core/end.hpp>
