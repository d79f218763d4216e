// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/linear.hpp>

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
    const std::size_t item = row / steps;
    const std::size_t t = row % steps;
    T* to = columns + row * channels * kernel;
    for (std::size_t k = 0; k < kernel; ++k) {
      const bool inside = t + k >= padding && t + k < padding + steps;
      const T* from = x + (item * steps + (inside ? t + k - padding : 0)) * channels;
      group.each(channels, [&](auto c) {
        using V = typename decltype(c)::value;
        c.store(to + k * channels, inside ? c.load(from) : V(0));
      });
    }
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
    const std::size_t item = row / steps;
    const std::size_t t = row % steps;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      V total(0);
      for (std::size_t k = 0; k < kernel; ++k) {
        if (t + padding < k || t + padding - k >= steps) continue;
        total = total + c.load(dcolumns + ((item * steps + t + padding - k) * kernel + k) * channels);
      }
      to.store(c, total);
    });
  }
};

/// to[o, k, c] = weight[o, c, k]: channels side by side, as in the columns.
template <class T>
struct steps_before_channels {
  std::size_t channels;
  std::size_t kernel;
  const T* weight;
  T* to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t o) const {
    const std::size_t begin = o * channels * kernel;
    for (std::size_t k = 0; k < kernel; ++k) {
      group.integers(channels, [&](std::size_t c) { to[begin + k * channels + c] = weight[begin + c * kernel + k]; });
    }
  }
};

/// dweight[o, c, k] (+)= from[o, k, c]
template <class T>
struct channels_before_steps {
  std::size_t channels;
  std::size_t kernel;
  const T* from;
  gradient<T> dweight;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t o) const {
    const std::size_t begin = o * channels * kernel;
    for (std::size_t k = 0; k < kernel; ++k) {
      group.integers(channels, [&](std::size_t c) {
        T& to = dweight.data[begin + c * kernel + k];
        const T part = from[begin + k * channels + c];
        to = dweight.adds ? to + part : part;
      });
    }
  }
};

}  // namespace kernels

namespace ops {

/// y[t, o] = b[o] + Σ_{c,k} W[o, c, k] x[t + k - Padding, c], x read as 0 outside its T steps: one product with the
/// gathered columns X [T, Kernel In] and W with its axes in that order, W' [Out, Kernel In].
///
/// dW' = dyᵀ·X,  dX = dy·W' (scattered back),  db = Σ_t dy.
template <int T, int In, int Out, int Kernel, int Padding>
struct conv1d : operation<shape<dyn, T, Out>> {
  static_assert(2 * Padding == Kernel - 1, "vscg::conv1d: the sequence keeps its length, so the kernel is odd");
  static constexpr const char* name = "conv1d";
  void settings(setting_list& to) const { to.add("kernel", Kernel).add("padding", Padding); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr operand_index<2> bias{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, weight);
  static constexpr std::size_t inner = std::size_t{In} * Kernel;
  static constexpr double flops_per_item = 2.0 * T * Out * inner;
  static constexpr std::uint32_t prepared_operands = operand_set(weight);
  /// W' as the backend packs it; W' itself if it packs nothing.
  template <class Executor>
  static constexpr std::array<slot_size, 3> prepared(std::uint32_t active) {
    const auto packed = detail::packed_weight_sizes<Executor>(inner, Out, (active & 1U) != 0);
    return {slot_size{0, packed[0].fixed == 0 ? Out * inner : 0, 0}, packed[0], packed[1]};
  }
  /// Columns; W' if it is not prepared, and in the pullback its gradient.
  static constexpr std::array<slot_size, 2> forward_scratch() {
    return {slot_size{T * inner, 0, 0}, slot_size{0, Out * inner, 0}};
  }
  static constexpr std::array<slot_size, 3> pullback_scratch() {
    return {forward_scratch()[0], forward_scratch()[1], column_sums_scratch(T, Out)};
  }

  template <class Context>
  void prepare(const Context& c) const {
    using Scalar = typename Context::scalar;
    Scalar* turned = c.prepared(0) != nullptr ? c.prepared(0) : c.scratch(1);
    turn(c, turned);
    detail::linear_prepare<typename Context::executor, Scalar>(
        c.backend(), inner, Out, turned, detail::packed_weight<Scalar>{c.prepared(1), c.prepared(2)});
  }
  template <class Context>
  void forward(const Context& c) const {
    gather(c, c.scratch(0));
    detail::linear_forward<identity_function, typename Context::executor, typename Context::scalar>(
        c.backend(), T * c.items(), inner, Out, c.scratch(0), turned(c, c.prepared(1)), c.prepared(1), c.x(bias),
        c.y());
  }
  template <class Context>
  void pullback(const Context& c) const {
    using Scalar = typename Context::scalar;
    const std::size_t rows = T * c.items();
    const Scalar* dy = c.dy();
    const Scalar* columns = c.scratch(0);
    if constexpr (Context::wants(weight)) {
      gather(c, c.scratch(0));
      detail::linear_weight_gradient(c.backend(), rows, inner, Out, dy, columns, gradient<Scalar>{c.scratch(1), false});
      c.backend().rows(Out, inner, kernels::channels_before_steps<Scalar>{In, Kernel, c.scratch(1), c.dx(weight)});
      add_column_sums<identity_function, typename Context::executor, Scalar>(c.backend(), c.dy(), nullptr, rows, Out,
                                                                             c.scratch(2), c.dx(bias));
    }
    if constexpr (Context::wants(input)) {
      detail::linear_input_gradient<typename Context::executor, Scalar>(c.backend(), rows, inner, Out, dy,
                                                                        turned(c, c.prepared(2)), c.prepared(2),
                                                                        gradient<Scalar>{c.scratch(0), false});
      c.backend().rows(rows, inner, kernels::scatter_columns<Scalar>{T, In, Kernel, Padding, columns, c.dx(input)});
    }
  }

 private:
  template <class Context>
  static void gather(const Context& c, typename Context::scalar* columns) {
    c.backend().rows(T * c.items(), inner,
                     kernels::gather_columns<typename Context::scalar>{T, In, Kernel, Padding, c.x(input), columns});
  }
  template <class Context>
  static void turn(const Context& c, typename Context::scalar* to) {
    c.backend().rows(Out, inner, kernels::steps_before_channels<typename Context::scalar>{In, Kernel, c.x(weight), to});
  }
  // W' for a product; null if the product has it packed.
  template <class Context>
  static const typename Context::scalar* turned(const Context& c, const typename Context::scalar* packed) {
    if (packed != nullptr) return nullptr;
    if (c.prepared(0) != nullptr) return c.prepared(0);
    turn(c, c.scratch(1));
    return c.scratch(1);
  }
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
