// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// to[row, q] = x[row, q] factor[row]
template <class T>
struct scale_rows_forward {
  std::size_t channels;
  const T* x;
  const T* factor;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T f = factor[row];
    const gradient<T> target{to.data + row * channels, to.adds};
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      target.store(i, i.load(x + row * channels) * V(f));
    });
  }
};

/// to[row] = Σ_q a[row, q] b[row, q]
template <class T>
struct row_products {
  std::size_t channels;
  const T* a;
  const T* b;
  gradient<T> to;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t base = row * channels;
    const T total = group.sum(channels, [&](auto i) { return i.load(a + base) * i.load(b + base); });
    group.integers(1, [&](std::size_t) { to.data[row] = to.adds ? to.data[row] + total : total; });
  }
};

}  // namespace kernels

namespace ops {

/// y[..., p, q] = x[..., p, q] g[..., p]; dx = dy g, dg[..., p] = Σ_q dy x.
template <class Shape>
struct scale_rows : operation<Shape> {
  static constexpr const char* name = "scale_rows";
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> factor{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(input, factor);
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows_of<Shape> * c.items(), channels,
                     kernels::scale_rows_forward<T>{channels, c.x(input), c.x(factor), gradient<T>{c.y(), false}});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    if constexpr (C::wants(input)) {
      c.backend().rows(rows_of<Shape> * c.items(), channels,
                       kernels::scale_rows_forward<T>{channels, c.dy(), c.x(factor), c.dx(input)});
    }
    if constexpr (C::wants(factor)) {
      c.backend().rows(rows_of<Shape> * c.items(), channels,
                       kernels::row_products<T>{channels, c.x(input), c.dy(), c.dx(factor)});
    }
  }
};

}  // namespace ops

/// Multiplies each row by one number: x [..., P, Q], g [..., P] (PyTorch's x * g.unsqueeze(-1)).
template <Var X, Var G>
auto scale_rows(const X& given, const G& g) {
  const auto x = expect_batch<ops::scale_rows<shape_of<X>>, 2>(given);
  using operation = ops::scale_rows<shape_of<decltype(x)>>;
  return record(operation{}, x, expect_shape<operation, without_channels<shape_of<decltype(x)>>>(g));
}
VSCG_OPERANDS_OF(scale_rows, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
