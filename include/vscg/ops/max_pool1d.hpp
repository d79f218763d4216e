// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/over_axis.hpp>

namespace vscg {

namespace kernels {

/// Sets the gradient of the steps after the last whole window to 0, because no window reads them.
template <class T>
struct clear_last_steps {
  std::size_t steps;
  std::size_t used;
  std::size_t channels;
  T* dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    for (std::size_t t = used; t < steps; ++t) {
      group.each(channels, [&](auto i) {
        using V = typename decltype(i)::value;
        i.store(dx + (item * steps + t) * channels, V(0));
      });
    }
  }
};

template <class T>
struct max_pool1d_forward {
  std::size_t window;
  std::size_t windows;
  std::size_t steps;
  std::size_t channels;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t first = row / windows * steps + row % windows * window;
    max_over_axis_forward<T>{window, channels, x + first * channels, y + row * channels}(group, 0);
  }
};

template <class T>
struct max_pool1d_pullback {
  std::size_t window;
  std::size_t windows;
  std::size_t steps;
  std::size_t channels;
  const T* x;
  const T* y;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t first = row / windows * steps + row % windows * window;
    max_over_axis_pullback<T>{window,
                              channels,
                              x + first * channels,
                              y + row * channels,
                              dy + row * channels,
                              {dx.data + first * channels, dx.adds}}(group, 0);
  }
};

}  // namespace kernels

namespace ops {

/// y[w, c] = max of x[t, c] over t in [w Window, (w + 1) Window); the first t that reaches it takes dy[w, c].
template <int T, int C, int Window>
struct max_pool1d : operation<shape<dyn, T / Window, C>> {
  static constexpr const char* name = "max_pool1d";
  void settings(setting_list& to) const { to.add("window", Window); }
  static constexpr std::uint32_t pullback_reads_operands = operand_set(first_operand);
  static constexpr bool pullback_reads_result = true;
  static constexpr std::size_t windows = T / Window;

  template <class Context>
  void forward(const Context& c) const {
    c.backend().rows(windows * c.items(), Window * C,
                     kernels::max_pool1d_forward<typename Context::scalar>{Window, windows, T, C, c.x(), c.y()});
  }
  template <class Context>
  void pullback(const Context& c) const {
    using Scalar = typename Context::scalar;
    const gradient<Scalar> dx = c.dx();
    c.backend().rows(windows * c.items(), 2 * Window * C,
                     kernels::max_pool1d_pullback<Scalar>{Window, windows, T, C, c.x(), c.y(), c.dy(), dx});
    if constexpr (T % Window != 0) {
      if (!dx.adds) {
        c.backend().rows(c.items(), C, kernels::clear_last_steps<Scalar>{T, windows * Window, C, dx.data});
      }
    }
  }
};

}  // namespace ops

/// The maximum over each window of `Window` steps; windows do not overlap. [B, T, C] to [B, T / Window, C] (PyTorch's
/// F.max_pool1d of the transposed array).
template <int Window, class Layer = struct max_pool1d_function, Var X>
auto max_pool1d(const X& given) {
  const auto x = expect_shape<Layer, shape<dyn, any_extent, any_extent>>(given);
  constexpr int T = extent<shape_of<decltype(x)>, 1>;
  constexpr bool refused = !std::is_same_v<shape_of<decltype(x)>, shape_of<X>>;
  require<refused || T >= Window, Layer, expects<number::at_least, Window>, gets<T>>();
  return record(ops::max_pool1d<T, extent<shape_of<decltype(x)>, 2>, (T < Window ? T : Window)>{}, x);
}
VSCG_OPERANDS_WITH_NUMBERS(max_pool1d, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
