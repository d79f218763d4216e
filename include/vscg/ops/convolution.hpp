// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/linear.hpp>

// What convolutions share: one product with the windows that were gathered as rows.

namespace vscg {

namespace kernels {

/// to[k, c] = x[first + k - padding, c] of a sequence x [steps, channels], 0 outside.
template <class T, class Group>
VSCG_HD void gather_window(Group group, std::size_t steps, std::size_t channels, std::size_t kernel, std::size_t first,
                           std::size_t padding, const T* x, T* to) {
  for (std::size_t k = 0; k < kernel; ++k) {
    const bool inside = first + k >= padding && first + k < padding + steps;
    const T* const from = x + (inside ? first + k - padding : 0) * channels;
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      c.store(to + k * channels, inside ? c.load(from) : V(0));
    });
  }
}

/// Windows of `kernel` steps, the first of which begins `padding` steps before the sequence.
struct window_places {
  std::size_t count;
  std::size_t kernel;
  std::size_t stride;
  std::size_t padding;

  /// f(window, k) for each window that reads the sequence's step t, as its step k.
  template <class F>
  VSCG_HD void each_with(std::size_t t, F f) const {
    for (std::size_t k = 0; k < kernel && k <= t + padding; ++k) {
      const std::size_t begin = t + padding - k;
      if (stride == 1) {
        if (begin < count) f(begin, k);
      } else if (begin % stride == 0 && begin / stride < count) {
        f(begin / stride, k);
      }
    }
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

/// y[p, o] = b[o] + Σ_{c,k} W[o, c, k] X[p, k, c], where X has the window at each place p of the result: one product of
/// X [places, Kernel In] and W with its axes in that order, W' [Out, Kernel In].
///
/// dW' = dyᵀ·X,  dX = dy·W' (scattered back),  db = Σ_p dy.
///
/// `Windows` says how many `places` an item has and how many `steps` a window, and gathers and scatters them.
template <class Windows, int In, int Out, class Result>
struct convolution : operation<Result> {
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr operand_index<2> bias{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, weight);
  static constexpr std::size_t inner = std::size_t{In} * Windows::steps;
  static constexpr double flops_per_item = 2.0 * Windows::places * Out * inner;
  static constexpr std::uint32_t prepared_operands = operand_set(weight);
  /// W' as the backend packs it; W' itself if it packs nothing.
  template <class Executor>
  static constexpr std::array<slot_size, 3> prepared(std::uint32_t active) {
    const auto packed = detail::packed_weight_sizes<Executor>(inner, Out, (active & 1U) != 0);
    return {slot_size{0, packed[0].fixed == 0 ? Out * inner : 0, 0}, packed[0], packed[1]};
  }
  /// Columns; W' if it is not prepared, and in the pullback its gradient.
  static constexpr std::array<slot_size, 2> forward_scratch() {
    return {slot_size{Windows::places * inner, 0, 0}, slot_size{0, Out * inner, 0}};
  }
  static constexpr std::array<slot_size, 3> pullback_scratch() {
    return {forward_scratch()[0], forward_scratch()[1], column_sums_scratch(Windows::places, Out)};
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
    Windows::gather(c.backend(), c.items(), c.x(input), c.scratch(0));
    detail::linear_forward<identity_function, typename Context::executor, typename Context::scalar>(
        c.backend(), Windows::places * c.items(), inner, Out, c.scratch(0), turned(c, c.prepared(1)), c.prepared(1),
        c.x(bias), c.y());
  }
  template <class Context>
  void pullback(const Context& c) const {
    using Scalar = typename Context::scalar;
    const std::size_t rows = Windows::places * c.items();
    const Scalar* dy = c.dy();
    const Scalar* columns = c.scratch(0);
    if constexpr (Context::wants(weight)) {
      Windows::gather(c.backend(), c.items(), c.x(input), c.scratch(0));
      detail::linear_weight_gradient(c.backend(), rows, inner, Out, dy, columns, gradient<Scalar>{c.scratch(1), false});
      c.backend().rows(Out, inner,
                       kernels::channels_before_steps<Scalar>{In, Windows::steps, c.scratch(1), c.dx(weight)});
      add_column_sums<identity_function, typename Context::executor, Scalar>(c.backend(), c.dy(), nullptr, rows, Out,
                                                                             c.scratch(2), c.dx(bias));
    }
    if constexpr (Context::wants(input)) {
      detail::linear_input_gradient<typename Context::executor, Scalar>(c.backend(), rows, inner, Out, dy,
                                                                        turned(c, c.prepared(2)), c.prepared(2),
                                                                        gradient<Scalar>{c.scratch(0), false});
      Windows::scatter(c.backend(), c.items(), columns, c.dx(input));
    }
  }

 private:
  template <class Context>
  static void turn(const Context& c, typename Context::scalar* to) {
    c.backend().rows(Out, inner,
                     kernels::steps_before_channels<typename Context::scalar>{In, Windows::steps, c.x(weight), to});
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

}  // namespace vscg

#include <vscg/core/end.hpp>
