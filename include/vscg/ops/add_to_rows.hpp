// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/row_sums.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct add_to_rows_forward {
  std::size_t channels;
  const T* x;
  const T* b;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const T added = b[row];
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(y + row * channels, i.load(x + row * channels) + V(added));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y[..., p, q] = x[..., p, q] + b[..., p]; dx = dy, db[..., p] = Σ_q dy[..., p, q].
template <class Shape>
struct add_to_rows : operation<Shape> {
  static constexpr const char* name = "add_to_rows";
  static constexpr bool is_linear = true;
  static constexpr operand_index<0> rows{};
  static constexpr operand_index<1> addend{};
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(rows_of<Shape> * c.items(), channels,
                     kernels::add_to_rows_forward<typename C::scalar>{channels, c.x(rows), c.x(addend), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    if constexpr (C::wants(rows)) {
      c.backend().each(Shape::elements * c.items(), 1, kernels::copy_gradient<T>{c.dy(), c.dx(rows)});
    }
    if constexpr (C::wants(addend)) {
      c.backend().rows(rows_of<Shape> * c.items(), channels,
                       kernels::row_sums<T>{channels, T(1), c.dy(), c.dx(addend)});
    }
  }
};

}  // namespace ops

/// Adds one number to each row: x [..., P, Q], b [..., P] (PyTorch's x + b.unsqueeze(-1)).
template <Var X, Var B>
auto add_to_rows(const X& given, const B& b) {
  const auto x = expect_batch<ops::add_to_rows<shape_of<X>>, 2>(given);
  using operation = ops::add_to_rows<shape_of<decltype(x)>>;
  return record(operation{}, x, expect_shape<operation, without_channels<shape_of<decltype(x)>>>(b));
}
VSCG_OPERANDS_OF(add_to_rows, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
