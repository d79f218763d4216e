// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/guard.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct copy_gradient {
  const T* dy;
  gradient<T> dx;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    dx.store(i, i.load(dy));
  }
};

struct sum_of_two {
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return a + b;
  }
};

}  // namespace kernels

namespace ops {

/// y = a + b; da = dy, db = dy.
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

/// a + b; both have the same shape.
template <class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto operator+(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  return record(ops::add<A>{}, a, expect_same_shape<ops::add<A>>(a, b));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
