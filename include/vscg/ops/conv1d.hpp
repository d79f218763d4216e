// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/convolution.hpp>

namespace vscg {

namespace kernels {

/// columns[t, k, c] = x[t + k - padding, c], 0 outside: what the product reads, one step per row.
template <class T>
struct gather_columns {
  std::size_t steps;
  std::size_t channels;
  std::size_t kernel;
  std::size_t padding;
  const T* x;
  T* columns;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    gather_window(group, steps, channels, kernel, row % steps, padding, x + row / steps * steps * channels,
                  columns + row * channels * kernel);
  }
};

/// dx[t, c] = Σ_k dcolumns[t - k + padding, k, c]
template <class T>
struct scatter_columns {
  std::size_t steps;
  std::size_t channels;
  std::size_t kernel;
  std::size_t padding;
  const T* dcolumns;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T* const from = dcolumns + row / steps * steps * kernel * channels;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      V total(0);
      window_places{steps, kernel, 1, padding}.each_with(row % steps, [&](std::size_t window, std::size_t k) {
        total = total + c.load(from + (window * kernel + k) * channels);
      });
      to.store(c, total);
    });
  }
};

}  // namespace kernels

namespace detail {
/// The windows around each step of [T, In].
template <int T, int In, int Kernel, int Padding>
struct windows_of_steps {
  static constexpr std::size_t places = std::size_t{T};
  static constexpr std::size_t steps = std::size_t{Kernel};
  template <class Executor, class Scalar>
  static void gather(Executor& backend, std::size_t items, const Scalar* x, Scalar* columns) {
    backend.rows(places * items, steps * In, kernels::gather_columns<Scalar>{T, In, Kernel, Padding, x, columns});
  }
  template <class Executor, class Scalar>
  static void scatter(Executor& backend, std::size_t items, const Scalar* dcolumns, gradient<Scalar> dx) {
    backend.rows(places * items, steps * In, kernels::scatter_columns<Scalar>{T, In, Kernel, Padding, dcolumns, dx});
  }
};
}  // namespace detail

namespace ops {

/// y[t, o] = b[o] + Σ_{c,k} W[o, c, k] x[t + k - Padding, c], x read as 0 outside its T steps.
template <int T, int In, int Out, int Kernel, int Padding>
struct conv1d : convolution<detail::windows_of_steps<T, In, Kernel, Padding>, In, Out, shape<dyn, T, Out>> {
  static_assert(2 * Padding == Kernel - 1, "vscg::conv1d: the sequence keeps its length, so the kernel is odd");
  static constexpr const char* name = "conv1d";
  void settings(setting_list& to) const { to.add("kernel", Kernel).add("padding", Padding); }
};

}  // namespace ops

/// PyTorch's F.conv1d with padding that keeps the length, on [B, T, In] (channels last, where PyTorch has [B, In, T]);
/// weight [Out, In, Kernel], bias [Out].
template <class Layer = struct conv1d_function, class Tag, class X, bool Active, class Weight, class Bias, bool Learns>
auto conv1d(const var<Tag, X, Active>& given, const var<Tag, Weight, Learns>& given_weight,
            const var<Tag, Bias, Learns>& bias) {
  const auto weight = expect_shape<Layer, shape<any_extent, any_extent, any_extent>>(given_weight);
  constexpr auto extents = shape_of<decltype(weight)>::extents;
  constexpr int Out = extents[0];
  constexpr int In = extents[1];
  constexpr int Kernel = extents[2];
  require<Kernel % 2 == 1, Layer, expects<number::odd>, gets<Kernel>>();
  const auto x = expect_shape<Layer, shape<dyn, any_extent, In>>(given);
  return record(ops::conv1d<extent<shape_of<decltype(x)>, 1>, In, Out, Kernel | 1, Kernel / 2>{}, x, weight,
                expect_shape<Layer, shape<Out>>(bias));
}
VSCG_OPERANDS_OF(conv1d, 3, 3)

}  // namespace vscg

#include <vscg/core/end.hpp>
