// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/row_sums.hpp>

// Reductions over one axis: max<1>(x), mean<1>(x), sum<1>(x). The kernels treat the array as [blocks, steps, channels]
// and reduce over the steps. If the axis is the last one, there is one channel and each block is a row.

namespace vscg {

namespace kernels {

template <class T>
struct max_over_axis_forward {
  std::size_t steps;
  std::size_t channels;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    const T* from = x + block * steps * channels;
    group.each(channels, [&](auto i) {
      using math::max;
      auto highest = i.load(from);
      for (std::size_t t = 1; t < steps; ++t) highest = max(highest, i.load(from + t * channels));
      i.store(y + block * channels, highest);
    });
  }
};

/// The first step that reaches the maximum takes the gradient.
template <class T>
struct max_over_axis_pullback {
  std::size_t steps;
  std::size_t channels;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    const T* from = x + block * steps * channels;
    group.each(channels, [&](auto i) {
      using math::where_greater;
      using V = typename decltype(i)::value;
      const V highest = i.load(y + block * channels);
      const V slope = i.load(dy + block * channels);
      V open(1);
      for (std::size_t t = 0; t < steps; ++t) {
        const V here = where_greater(highest, i.load(from + t * channels), V(0), open);
        open = open - here;
        const gradient<T> to{dx.data + (block * steps + t) * channels, dx.adds};
        to.store(i, slope * here);
      }
    });
  }
};

/// y[row] = max_q x[row, q]. NaNs are counted separately, because a group's maximum may lose them.
template <class T>
struct row_max_forward {
  std::size_t channels;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    const T highest = group.max(channels, [&](auto i) { return i.load(from); });
    const T lost = group.sum(channels, [&](auto i) { return math::one_if_nan(i.load(from)); });
    group.integers(1, [&](std::size_t) { y[row] = lost > 0 ? math::not_a_number<T> : highest; });
  }
};

/// The first number that reaches the maximum takes the gradient.
template <class T>
struct row_max_pullback {
  std::size_t channels;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* from = x + row * channels;
    std::size_t first = 0;
    while (first + 1 < channels && y[row] > from[first]) ++first;
    T* to = dx.data + row * channels;
    group.integers(channels, [&](std::size_t q) {
      const T slope = q == first ? dy[row] : T(0);
      to[q] = dx.adds ? to[q] + slope : slope;
    });
  }
};

template <class T>
struct sum_over_axis_forward {
  std::size_t steps;
  std::size_t channels;
  T divisor;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    const T* from = x + block * steps * channels;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      V total(0);
      for (std::size_t t = 0; t < steps; ++t) total = total + i.load(from + t * channels);
      i.store(y + block * channels, total / V(divisor));
    });
  }
};

template <class T>
struct sum_over_axis_pullback {
  std::size_t steps;
  std::size_t channels;
  T divisor;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t block) const {
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V slope = i.load(dy + block * channels) / V(divisor);
      for (std::size_t t = 0; t < steps; ++t) {
        const gradient<T> to{dx.data + (block * steps + t) * channels, dx.adds};
        to.store(i, slope);
      }
    });
  }
};

}  // namespace kernels

namespace detail {

template <class Shape, int Axis, std::size_t... I>
auto without_axis(std::index_sequence<I...>) -> shape<Shape::extents[static_cast<int>(I) < Axis ? I : I + 1]...>;
/// The shape without one axis; [1] if it was the only axis.
template <class Shape, int Axis>
struct reduced_shape {
  using type = decltype(detail::without_axis<Shape, Axis>(std::make_index_sequence<Shape::rank - 1>{}));
};
template <int Extent>
struct reduced_shape<shape<Extent>, 0> {
  using type = shape<1>;
};

/// An array seen as [blocks, steps, channels].
template <class Shape, int Axis>
struct axis_blocks {
  static constexpr std::size_t steps = static_cast<std::size_t>(extent<Shape, Axis>);
  static constexpr std::size_t channels = [] {
    std::size_t product = 1;
    for (std::size_t i = Axis + 1; i < Shape::rank; ++i) product *= static_cast<std::size_t>(Shape::extents[i]);
    return product;
  }();
  static constexpr std::size_t count(std::size_t items) { return Shape::count(items) / (steps * channels); }
};

}  // namespace detail

namespace ops {

/// y[p, c] = max_t x[p, t, c]; the first t that reaches the maximum takes dy[p, c].
template <class Shape, int Axis>
struct max_over_axis : operation<typename detail::reduced_shape<Shape, Axis>::type> {
  static constexpr const char* name = "max";
  void settings(setting_list& to) const { to.add("axis", Axis); }
  static constexpr std::uint32_t pullback_reads_operands = operand_set(first_operand);
  static constexpr bool pullback_reads_result = true;
  using blocks = detail::axis_blocks<Shape, Axis>;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    constexpr std::size_t size = blocks::steps * blocks::channels;
    if constexpr (blocks::channels == 1)
      c.backend().rows(blocks::count(c.items()), 2 * size, kernels::row_max_forward<T>{size, c.x(), c.y()});
    else
      c.backend().rows(blocks::count(c.items()), size,
                       kernels::max_over_axis_forward<T>{blocks::steps, blocks::channels, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    constexpr std::size_t size = blocks::steps * blocks::channels;
    if constexpr (blocks::channels == 1)
      c.backend().rows(blocks::count(c.items()), 2 * size,
                       kernels::row_max_pullback<T>{size, c.x(), c.y(), c.dy(), c.dx()});
    else
      c.backend().rows(
          blocks::count(c.items()), 2 * size,
          kernels::max_over_axis_pullback<T>{blocks::steps, blocks::channels, c.x(), c.y(), c.dy(), c.dx()});
  }
};

/// y[p, c] = Σ_t x[p, t, c] / n; dx[p, t, c] = dy[p, c] / n. n is the number of steps for a mean, and 1 for a sum.
template <class Shape, int Axis, bool Mean>
struct sum_over_axis : operation<typename detail::reduced_shape<Shape, Axis>::type> {
  static constexpr const char* name = Mean ? "mean" : "sum";
  static constexpr bool is_linear = true;
  void settings(setting_list& to) const { to.add("axis", Axis); }
  using blocks = detail::axis_blocks<Shape, Axis>;
  template <class T>
  static constexpr T divisor = Mean ? static_cast<T>(blocks::steps) : T(1);

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    constexpr std::size_t size = blocks::steps * blocks::channels;
    if constexpr (blocks::channels == 1)
      c.backend().rows(blocks::count(c.items()), size,
                       kernels::row_sums<T>{size, divisor<T>, c.x(), gradient<T>{c.y(), false}});
    else
      c.backend().rows(blocks::count(c.items()), size,
                       kernels::sum_over_axis_forward<T>{blocks::steps, blocks::channels, divisor<T>, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    constexpr std::size_t size = blocks::steps * blocks::channels;
    if constexpr (blocks::channels == 1)
      c.backend().rows(blocks::count(c.items()), size, kernels::spread_over_rows<T>{size, divisor<T>, c.dy(), c.dx()});
    else
      c.backend().rows(blocks::count(c.items()), size,
                       kernels::sum_over_axis_pullback<T>{blocks::steps, blocks::channels, divisor<T>, c.dy(), c.dx()});
  }
};

}  // namespace ops

struct max_function;
struct mean_function;
struct sum_function;

namespace detail {

/// Calls record_over(axis) with the axis counted from the front. Refuses an axis that does not exist and returns x.
template <class Layer, int Axis, Var X, class F>
auto over_axis(const X& x, F record_over) {
  constexpr int axis = axis_of<shape_of<X>, Axis>;
  require_axis<Layer, shape_of<X>, Axis>();
  if constexpr (axis == no_axis)
    return x;
  else
    return record_over(std::integral_constant<int, axis>{});
}

}  // namespace detail

/// max<2>(x): the maximum over axis 2, which the result no longer has: [B, T, R, C] to [B, T, C]. Any axis except the
/// batch; negative axes count from the end. The first of equal numbers takes the gradient, and a NaN counts as the
/// largest number (PyTorch's x.max(dim=2).values).
template <int Axis, Var X>
auto max(const X& x) {
  return detail::over_axis<max_function, Axis>(
      x, [&](auto axis) { return record(ops::max_over_axis<shape_of<X>, axis>{}, x); });
}
VSCG_OPERANDS_WITH_NUMBERS(max, 1, 1)

/// mean<2>(x): the mean over axis 2, which the result no longer has: [B, T, R, C] to [B, T, C]. Any axis except the
/// batch; negative axes count from the end (PyTorch's x.mean(dim=2)). For the mean over the batch, use `batch_mean`.
template <int Axis, Var X>
auto mean(const X& x) {
  return detail::over_axis<mean_function, Axis>(
      x, [&](auto axis) { return record(ops::sum_over_axis<shape_of<X>, axis, true>{}, x); });
}
VSCG_OPERANDS_WITH_NUMBERS(mean, 1, 1)

/// sum<2>(x): the sum over axis 2, with the same rules as `mean` (PyTorch's x.sum(dim=2)).
template <int Axis, Var X>
auto sum(const X& x) {
  return detail::over_axis<sum_function, Axis>(
      x, [&](auto axis) { return record(ops::sum_over_axis<shape_of<X>, axis, false>{}, x); });
}
VSCG_OPERANDS_WITH_NUMBERS(sum, 1, 1)

struct sum_groups_function;

namespace detail {
template <class Shape, int Size, std::size_t... I>
auto in_groups(std::index_sequence<I...>) -> shape<Shape::extents[I]..., extent<Shape, -1> / Size, Size>;
}  // namespace detail

/// sum_groups<5>(x): the sums over groups of 5 neighbors along the last axis, [B, ..., C] to [B, ..., C / 5] (PyTorch's
/// x.unflatten(-1, (-1, 5)).sum(-1)).
template <int Size, Var X>
auto sum_groups(const X& given) {
  const auto x = expect_batch<sum_groups_function, 2>(given);
  using Shape = shape_of<decltype(x)>;
  constexpr int channels = extent<Shape, -1>;
  if constexpr (Size < 1 || channels % Size != 0) {
    require<false, sum_groups_function, expects<number::multiple_of, Size>, gets<channels>>();
    return x;
  } else {
    return sum<-1>(view<decltype(detail::in_groups<Shape, Size>(std::make_index_sequence<Shape::rank - 1>{}))>(x));
  }
}
VSCG_OPERANDS_WITH_NUMBERS(sum_groups, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
