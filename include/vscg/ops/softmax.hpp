// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct exponential_sum {
  T highest;
  T sum;
};

/// Σ exp(x - highest) over a row, returned with the row's highest; `take(i, e)` is called with each exponential.
template <class T, class Group, class Take>
VSCG_HD exponential_sum<T> sum_exponentials(Group group, std::size_t channels, const T* x, Take take) {
  const T highest = group.max(channels, [&](auto i) { return i.load(x); });
  const T sum = group.sum(channels, [&](auto i) {
    using math::exp;
    using V = typename decltype(i)::value;
    const V e = exp(i.load(x) - V(highest));
    take(i, e);
    return e;
  });
  return {highest, sum};
}

template <class T>
struct softmax_forward {
  std::size_t channels;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    T* to = y + row * channels;
    const T total = sum_exponentials(group, channels, x + row * channels, [&](auto i, auto e) { i.store(to, e); }).sum;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(to, i.load(to) / V(total));
    });
  }
};

template <class T>
struct softmax_pullback {
  std::size_t channels;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* value = y + row * channels;
    const T* slope = dy + row * channels;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    const T inner = group.sum(channels, [&](auto i) { return i.load(value) * i.load(slope); });
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      to.store(i, i.load(value) * (i.load(slope) - V(inner)));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y = exp(x) / Σ exp(x) over the last axis; dx = y (dy - Σ y dy).
template <class Shape>
struct softmax : operation<Shape> {
  static constexpr const char* name = "softmax";
  static constexpr bool pullback_reads_result = true;
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(rows_of<Shape> * c.items(), 4 * channels,
                     kernels::softmax_forward<typename C::scalar>{channels, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(rows_of<Shape> * c.items(), 4 * channels,
                     kernels::softmax_pullback<typename C::scalar>{channels, c.y(), c.dy(), c.dx()});
  }
};

}  // namespace ops

/// PyTorch's torch.softmax(x, dim=-1).
template <Var X>
auto softmax(const X& given) {
  const auto x = expect_batch<ops::softmax<shape_of<X>>, 2>(given);
  return record(ops::softmax<shape_of<decltype(x)>>{}, x);
}
VSCG_OPERANDS_OF(softmax, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
