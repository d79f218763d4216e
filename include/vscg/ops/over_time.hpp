// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

// Reductions over time: [B, T, C] to [B, C].

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
  static constexpr std::uint32_t pullback_reads_operands = 1;
  static constexpr bool pullback_reads_result = true;

  template <class Context>
  void forward(const Context& c) const {
    c.backend().rows(c.items(), T * C,
                     kernels::max_over_time_forward<typename Context::scalar>{T, C, c.template x<0>(), c.y()});
  }
  template <class Context>
  void pullback(const Context& c) const {
    c.backend().rows(c.items(), 2 * T * C,
                     kernels::max_over_time_pullback<typename Context::scalar>{T, C, c.template x<0>(), c.y(), c.dy(),
                                                                               c.template dx<0>()});
  }
};

/// y[c] = Σ_t x[t, c] / T; dx[t, c] = dy[c] / T.
template <int T, int C>
struct mean_over_time : operation<shape<dyn, C>> {
  static constexpr const char* name = "mean_over_time";

  template <class Context>
  void forward(const Context& c) const {
    c.backend().rows(c.items(), T * C,
                     kernels::mean_over_time_forward<typename Context::scalar>{T, C, c.template x<0>(), c.y()});
  }
  template <class Context>
  void pullback(const Context& c) const {
    c.backend().rows(c.items(), T * C,
                     kernels::mean_over_time_pullback<typename Context::scalar>{T, C, c.dy(), c.template dx<0>()});
  }
};

}  // namespace ops

/// [B, T, C] to [B, C] (PyTorch's x.max(dim=1).values).
template <int Axis, class Tag, int T, int C, bool Active>
auto max(const var<Tag, shape<dyn, T, C>, Active>& x) {
  static_assert(Axis == 1, "vscg::max: the axis is 1, time, of [B, T, C]; other axes are not written yet");
  return record(ops::max_over_time<T, C>{}, x);
}

/// [B, T, C] to [B, C] (PyTorch's x.mean(dim=1)).
template <int Axis, class Tag, int T, int C, bool Active>
auto mean(const var<Tag, shape<dyn, T, C>, Active>& x) {
  static_assert(Axis == 1, "vscg::mean: the axis is 1, time, of [B, T, C]; other axes are not written yet");
  return record(ops::mean_over_time<T, C>{}, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
