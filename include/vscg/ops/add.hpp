// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/core/record.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/broadcast.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

namespace kernels {

struct sum_of_two {
  static constexpr const char* name = "add";
  static constexpr bool is_linear = true;
  using slope_of_a = slope_one;
  using slope_of_b = slope_one;
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return a + b;
  }
};

}  // namespace kernels

namespace ops {

/// y = a + b, both of the same shape; da = dy, db = dy.
template <class Shape>
struct add : operation<Shape> {
  static constexpr const char* name = "add";
  static constexpr bool is_linear = true;
  static constexpr operand_index<0> a{};
  static constexpr operand_index<1> b{};

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1,
                     kernels::binary_forward<kernels::sum_of_two, T>{{}, c.x(a), c.x(b), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    pass(c, a);
    pass(c, b);
  }

 private:
  template <class C, class Operand>
  static void pass(const C& c, Operand to) {
    if constexpr (C::wants(Operand{})) {
      c.backend().each(Shape::count(c.items()), 1, kernels::copy_gradient<typename C::scalar>{c.dy(), c.dx(to)});
    }
  }
};

}  // namespace ops

/// a + b, element by element, with PyTorch's broadcasting: shapes are aligned at their last axes, and an axis that is
/// missing or has extent 1 is stretched. [B, T, C] + [C] is [B, T, C].
template <class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto operator+(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  if constexpr (std::is_same_v<A, B>)
    return record(ops::add<A>{}, a, b);
  else
    return detail::broadcast<kernels::sum_of_two, ops::add<A>>(a, b);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
