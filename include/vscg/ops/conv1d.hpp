// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/record.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg {

namespace kernels {

/// columns[t, c Kernel + k] = x[t + k - padding, c], 0 outside: what a step's product reads, one step a row.
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
      group.integers(channels, [&](std::size_t c) { to[c * kernel + k] = inside ? from[c] : T(0); });
    }
  }
};

/// dx[t, c] = Σ_k dcolumns[t - k + padding, c Kernel + k]
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
    T* to = dx.data + row * channels;
    group.integers(channels, [&](std::size_t c) {
      T total = 0;
      for (std::size_t k = 0; k < kernel; ++k) {
        if (t + padding < k || t + padding - k >= steps) continue;
        total += dcolumns[(item * steps + t + padding - k) * channels * kernel + c * kernel + k];
      }
      to[c] = dx.adds ? to[c] + total : total;
    });
  }
};

}  // namespace kernels

namespace ops {

/// y[t, o] = b[o] + Σ_{c,k} W[o, c, k] x[t + k - Padding, c], x read as 0 outside its T steps: one product with the
/// gathered columns X [T, In Kernel].
///
/// dW = dyᵀ·X,  dX = dy·W (scattered back),  db = Σ_t dy.
template <int T, int In, int Out, int Kernel, int Padding>
struct conv1d : operation<shape<dyn, T, Out>> {
  static_assert(2 * Padding == Kernel - 1, "vscg::conv1d: the sequence keeps its length, so the kernel is odd");
  static constexpr const char* name = "conv1d";
  static constexpr std::uint32_t pullback_reads_operands = 3;
  static constexpr std::size_t inner = std::size_t{In} * Kernel;
  static constexpr double flops_per_item = 2.0 * T * Out * inner;
  static constexpr std::array<slot_size, 1> forward_scratch() { return {slot_size{T * inner, 0, 0}}; }
  static constexpr std::array<slot_size, 1> pullback_scratch() { return {slot_size{T * inner, 0, 0}}; }

  template <class Context>
  void forward(const Context& c) const {
    gather(c, c.scratch(0));
    detail::linear_forward<typename Context::executor, typename Context::scalar>(
        c.backend(), T * c.items(), inner, Out, c.scratch(0), c.template x<1>(), c.template x<2>(), activation::none,
        c.y());
  }
  template <class Context>
  void pullback(const Context& c) const {
    using Scalar = typename Context::scalar;
    const std::size_t rows = T * c.items();
    const Scalar* dy = c.dy();
    const Scalar* columns = c.scratch(0);
    if constexpr (Context::template can_want<1>) {
      gather(c, c.scratch(0));
      detail::linear_weight_gradient(c.backend(), rows, inner, Out, dy, columns, c.template dx<1>());
      add_column_sums(c.backend(), dy, rows, Out, c.template dx<2>());
    }
    if constexpr (Context::template can_want<0>) {
      if (!c.template wants<0>()) return;
      detail::linear_input_gradient(c.backend(), rows, inner, Out, dy, c.template x<1>(),
                                    gradient<Scalar>{c.scratch(0), false});
      c.backend().rows(rows, inner,
                       kernels::scatter_columns<Scalar>{T, In, Kernel, Padding, columns, c.template dx<0>()});
    }
  }

 private:
  template <class Context>
  static void gather(const Context& c, typename Context::scalar* columns) {
    c.backend().rows(
        T * c.items(), inner,
        kernels::gather_columns<typename Context::scalar>{T, In, Kernel, Padding, c.template x<0>(), columns});
  }
};

}  // namespace ops

namespace functional {

/// PyTorch's F.conv1d with padding that keeps the length, on [B, T, In] (channels last, where PyTorch has [B, In, T]);
/// weight [Out, In, Kernel], bias [Out].
template <class Tag, int T, int In, bool Active, int Out, int WeightIn, int Kernel, bool Learns>
auto conv1d(const var<Tag, shape<dyn, T, In>, Active>& x, const var<Tag, shape<Out, WeightIn, Kernel>, Learns>& weight,
            const var<Tag, shape<Out>, Learns>& bias) {
  return record(ops::conv1d<T, WeightIn, Out, Kernel, (Kernel - 1) / 2>{}, x, weight, bias);
}

}  // namespace functional

}  // namespace vscg
