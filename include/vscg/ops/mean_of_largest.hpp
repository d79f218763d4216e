// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// 1 where step t of a channel is among its `count` largest, else 0. Of equal numbers the earlier is the larger.
template <class Index, class T>
VSCG_HD auto among_largest(Index i, const T* from, std::size_t t, std::size_t steps, std::size_t channels,
                           std::size_t count) {
  using math::where_greater;
  using V = typename Index::value;
  const V value = i.load(from + t * channels);
  V larger(0);
  for (std::size_t s = 0; s < steps; ++s) {
    if (s == t) continue;
    const V other = i.load(from + s * channels);
    const V if_equal = where_greater(value, other, V(0), V(s < t ? 1 : 0));
    larger = larger + where_greater(other, value, V(1), if_equal);
  }
  return where_greater(V(static_cast<T>(count)), larger, V(1), V(0));
}

template <class T>
struct mean_of_largest_forward {
  std::size_t steps;
  std::size_t channels;
  std::size_t count;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* from = x + item * steps * channels;
    group.each(channels, [&](auto i) {
      using math::where_greater;
      using V = typename decltype(i)::value;
      V total(0);
      V lost(0);  // NaN compares with nothing, so it is counted
      for (std::size_t t = 0; t < steps; ++t) {
        const V value = i.load(from + t * channels);
        const V taken = among_largest(i, from, t, steps, channels, count);
        total = total + where_greater(taken, V(0), value, V(0));
        lost = lost + math::one_if_nan(value);
      }
      const V mean = total / V(static_cast<T>(count));
      i.store(y + item * channels, where_greater(lost, V(0), V(math::not_a_number<T>), mean));
    });
  }
};

template <class T>
struct mean_of_largest_pullback {
  std::size_t steps;
  std::size_t channels;
  std::size_t count;
  const T* x;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T* from = x + item * steps * channels;
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      const V slope = i.load(dy + item * channels) / V(static_cast<T>(count));
      for (std::size_t t = 0; t < steps; ++t) {
        const gradient<T> to{dx.data + (item * steps + t) * channels, dx.adds};
        to.store(i, slope * among_largest(i, from, t, steps, channels, count));
      }
    });
  }
};

}  // namespace kernels

namespace ops {

/// y_c = the mean of the `Count` largest x_tc over t; dx_tc = dy_c / Count for those, else 0. Of equal numbers the
/// earlier ones are taken.
template <int Count, int T, int C>
struct mean_of_largest : operation<shape<dyn, C>> {
  static constexpr const char* name = "mean_of_largest";
  void settings(setting_list& to) const { to.add("count", Count); }
  static constexpr std::uint32_t pullback_reads_operands = 1;

  template <class Context>
  void forward(const Context& c) const {
    using S = typename Context::scalar;
    c.backend().rows(c.items(), std::size_t{T} * T * C, kernels::mean_of_largest_forward<S>{T, C, Count, c.x(), c.y()});
  }
  template <class Context>
  void pullback(const Context& c) const {
    using S = typename Context::scalar;
    c.backend().rows(c.items(), std::size_t{T} * T * C,
                     kernels::mean_of_largest_pullback<S>{T, C, Count, c.x(), c.dy(), c.dx()});
  }
};

}  // namespace ops

/// The mean of the `Count` largest steps of each channel, [B, T, C] to [B, C]: PyTorch's
/// x.topk(Count, dim=1).values.mean(dim=1). For few steps: it compares each with each.
template <int Count, Var X>
auto mean_of_largest(const X& given) {
  const auto x = expect_shape<ops::mean_of_largest<Count, 1, 1>, shape<dyn, any_extent, any_extent>>(given);
  constexpr int T = extent<shape_of<decltype(x)>, 1>;
  constexpr bool refused = !std::is_same_v<shape_of<decltype(x)>, shape_of<X>>;
  require<refused || (Count >= 1 && Count <= T), ops::mean_of_largest<Count, T, 1>, expects<1, number::to, T>,
          gets<Count>>();
  constexpr int count = Count >= 1 && Count <= T ? Count : 1;
  return record(ops::mean_of_largest<count, T, extent<shape_of<decltype(x)>, 2>>{}, x);
}
VSCG_OPERANDS_WITH_NUMBERS(mean_of_largest, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
