// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

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

/// Weights of a row's numbers.
template <class T>
struct row_weights {
  const T* first;  // null: 1 each
  template <class Index>
  VSCG_HD auto at(Index i) const {
    using V = typename Index::value;
    return first == nullptr ? V(1) : i.load(first);
  }
};

/// Weights of all rows. After `rows` of them they begin again.
template <class T>
struct weights_of_rows {
  std::size_t channels;
  std::size_t rows;
  const T* first;  // null: 1 each
  VSCG_HD row_weights<T> of(std::size_t row) const {
    return {first == nullptr ? nullptr : first + row % rows * channels};
  }
};

/// log Σ w exp(x) of each row. The highest x that has a weight is subtracted first; an infinite one is the result.
template <class T>
struct logsumexp_forward {
  weights_of_rows<T> weights;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    using math::abs;
    using math::log;
    const std::size_t channels = weights.channels;
    const T* const from = x + row * channels;
    const row_weights<T> weight = weights.of(row);
    const T highest = group.max(channels, [&](auto i) {
      using math::where_greater;
      using V = typename decltype(i)::value;
      return where_greater(weight.at(i), V(0), i.load(from), V(-math::infinity<T>));
    });
    const T sum = group.sum(channels, [&](auto i) {
      using math::exp;
      using math::where_greater;
      using V = typename decltype(i)::value;
      const V w = weight.at(i);
      return where_greater(w, V(0), w * exp(i.load(from) - V(highest)), V(0));
    });
    const T result = abs(highest) > math::largest<T> ? highest : highest + log(sum);
    group.integers(1, [&](std::size_t) { y[row] = result; });
  }
};

template <class T>
struct logsumexp_pullback {
  weights_of_rows<T> weights;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    using math::abs;
    const std::size_t channels = weights.channels;
    const T* const from = x + row * channels;
    const row_weights<T> weight = weights.of(row);
    const gradient<T> to{dx.data + row * channels, dx.adds};
    const T slope = dy[row];
    const T normalizer = abs(y[row]) > math::largest<T> ? T(0) : y[row];
    group.each(channels, [&](auto i) {
      using math::exp;
      using math::where_greater;
      using V = typename decltype(i)::value;
      const V w = weight.at(i);
      to.store(i, where_greater(w, V(0), V(slope) * w * exp(i.load(from) - V(normalizer)), V(0)));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = log Σ w exp(x) over the last axis, all w = 1 if `Weight` is void; dx = dy w exp(x - y).
template <class Shape, class Weight = void>
struct logsumexp : operation<without_channels<Shape>> {
  static constexpr bool weighted = !std::is_void_v<Weight>;
  static constexpr const char* name = weighted ? "weighted_logsumexp" : "logsumexp";
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input) | (weighted ? operand_set(weight) : 0U);
  static constexpr bool pullback_reads_result = true;
  static constexpr auto channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows(c), 6 * channels, kernels::logsumexp_forward<T>{weights(c), c.x(input), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows(c), 4 * channels,
                     kernels::logsumexp_pullback<T>{weights(c), c.x(input), c.y(), c.dy(), c.dx(input)});
  }

 private:
  template <class C>
  static std::size_t rows(const C& c) {
    return rows_of<Shape> * c.items();
  }
  template <class C>
  static kernels::weights_of_rows<typename C::scalar> weights(const C& c) {
    if constexpr (weighted)
      return {channels, Weight::count(c.items()) / channels, c.x(weight)};
    else
      return {channels, 1, nullptr};
  }
};

}  // namespace ops

namespace detail {
/// The shape of weights for x [B, ...]: like x, or like one item of it.
template <class Shape, bool PerItem>
struct weight_shape {
  using type = Shape;
};
template <int Batch, int... E>
struct weight_shape<shape<Batch, E...>, false> {
  using type = shape<E...>;
};
}  // namespace detail

/// [B, ..., C] to [B, ...]: PyTorch's x.logsumexp(dim=-1).
template <Var X>
auto logsumexp(const X& given) {
  const auto x = expect_batch<ops::logsumexp<shape_of<X>>, 2>(given);
  return record(ops::logsumexp<shape_of<decltype(x)>>{}, x);
}

/// The same with weights: log Σ w exp(x). They are data of at least 0, in the shape of x or without its batch axis. A
/// number with weight 0 takes no part, so weights of 0 and 1 are a mask. A row without weights is -infinity, and moves
/// nothing. PyTorch: (x + weight.log()).logsumexp(dim=-1).
template <class Tag, class Shape, bool Active, class Weight>
auto logsumexp(const var<Tag, Shape, Active>& given, const var<Tag, Weight, false>& given_weight) {
  using layer = ops::logsumexp<Shape>;
  const auto x = expect_batch<layer, 2>(given);
  using expected = typename detail::weight_shape<shape_of<decltype(x)>, Weight::per_item>::type;
  const auto weight = expect_shape<layer, expected>(given_weight);
  return record(ops::logsumexp<shape_of<decltype(x)>, expected>{}, x, weight);
}
VSCG_OPERANDS_OF(logsumexp, 1, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
