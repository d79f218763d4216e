// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

// Reductions over time, max<1> and mean<1>: [B, T, C] to [B, C].

namespace vscg {

namespace kernels {

template <class T>
struct max_over_time_forward {
  std::size_t steps;
  std::size_t channels;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* from = x + item * steps * channels;
    group.each(channels, [&](auto i) {
      using math::max;
      auto highest = i.load(from);
      for (std::size_t t = 1; t < steps; ++t) highest = max(highest, i.load(from + t * channels));
      i.store(y + item * channels, highest);
    });
  }
};

/// The first step that reaches the maximum takes the gradient.
template <class T>
struct max_over_time_pullback {
  std::size_t steps;
  std::size_t channels;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* from = x + item * steps * channels;
    group.each(channels, [&](auto i) {
      using math::where_greater;
      using V = typename decltype(i)::value;
      const V highest = i.load(y + item * channels);
      const V slope = i.load(dy + item * channels);
      V open(1);
      for (std::size_t t = 0; t < steps; ++t) {
        const V here = where_greater(highest, i.load(from + t * channels), V(0), open);
        open = open - here;
        const gradient<T> to{dx.data + (item * steps + t) * channels, dx.adds};
        to.store(i, slope * here);
      }
    });
  }
};

template <class T>
struct mean_over_time_forward {
  std::size_t steps;
  std::size_t channels;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* from = x + item * steps * channels;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      V total(0);
      for (std::size_t t = 0; t < steps; ++t) total = total + i.load(from + t * channels);
      i.store(y + item * channels, total / V(static_cast<T>(steps)));
    });
  }
};

template <class T>
struct mean_over_time_pullback {
  std::size_t steps;
  std::size_t channels;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V slope = i.load(dy + item * channels) / V(static_cast<T>(steps));
      for (std::size_t t = 0; t < steps; ++t) {
        const gradient<T> to{dx.data + (item * steps + t) * channels, dx.adds};
        to.store(i, slope);
      }
    });
  }
};

}  // namespace kernels

namespace ops {

/// y[c] = max_t x[t, c]; the first t that reaches it takes dy[c].
template <int T, int C>
struct max_over_time : operation<shape<dyn, C>> {
  static constexpr const char* name = "max_over_time";
  static constexpr std::uint32_t pullback_reads_operands = operand_set(first_operand);
  static constexpr bool pullback_reads_result = true;

  template <class Context>
  void forward(const Context& c) const {
    c.backend().rows(c.items(), T * C, kernels::max_over_time_forward<typename Context::scalar>{T, C, c.x(), c.y()});
  }
  template <class Context>
  void pullback(const Context& c) const {
    c.backend().rows(c.items(), 2 * T * C,
                     kernels::max_over_time_pullback<typename Context::scalar>{T, C, c.x(), c.y(), c.dy(), c.dx()});
  }
};

/// y[c] = Σ_t x[t, c] / T; dx[t, c] = dy[c] / T.
template <int T, int C>
struct mean_over_time : operation<shape<dyn, C>> {
  static constexpr const char* name = "mean_over_time";

  template <class Context>
  void forward(const Context& c) const {
    c.backend().rows(c.items(), T * C, kernels::mean_over_time_forward<typename Context::scalar>{T, C, c.x(), c.y()});
  }
  template <class Context>
  void pullback(const Context& c) const {
    c.backend().rows(c.items(), T * C,
                     kernels::mean_over_time_pullback<typename Context::scalar>{T, C, c.dy(), c.dx()});
  }
};

}  // namespace ops

struct max_over_time_function;
struct mean_over_time_function;

/// max<1>(x): the maximum over axis 1, time, [B, T, C] to [B, C] (PyTorch's x.max(dim=1).values). No other axis is
/// supported yet.
template <int Axis, Var X>
auto max(const X& given) {
  static_assert(Axis == 1, "vscg::max: expected axis 1, the time of [B, T, C], found a different one");
  const auto x = expect_shape<max_over_time_function, shape<dyn, any_extent, any_extent>>(given);
  using sequence = shape_of<decltype(x)>;
  return record(ops::max_over_time<extent<sequence, 1>, extent<sequence, 2>>{}, x);
}

/// mean<1>(x): the mean over axis 1, time, [B, T, C] to [B, C] (PyTorch's x.mean(dim=1)). No other axis is supported
/// yet.
template <int Axis, Var X>
auto mean(const X& given) {
  static_assert(Axis == 1, "vscg::mean: expected axis 1, the time of [B, T, C], found a different one");
  const auto x = expect_shape<mean_over_time_function, shape<dyn, any_extent, any_extent>>(given);
  using sequence = shape_of<decltype(x)>;
  return record(ops::mean_over_time<extent<sequence, 1>, extent<sequence, 2>>{}, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
