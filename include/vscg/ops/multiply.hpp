// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/guard.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

namespace kernels {

template <class T>
struct product_gradient {
  const T* other;
  const T* dy;
  gradient<T> dx;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    dx.store(i, i.load(dy) * i.load(other));
  }
};

struct product_of_two {
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return a * b;
  }
};

}  // namespace kernels

namespace ops {

/// y = a b, element by element; da = dy b, db = dy a.
template <class Shape>
struct multiply : operation<Shape> {
  static constexpr const char* name = "multiply";
  static constexpr std::uint32_t pullback_reads_operands = 3;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(
        elements_of<Shape>(c.items()), 1,
        kernels::binary_forward<kernels::product_of_two, T>{{}, c.template x<0>(), c.template x<1>(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    pass<0, 1>(c);
    pass<1, 0>(c);
  }

 private:
  template <int I, int Other, class C>
  static void pass(const C& c) {
    if constexpr (C::template can_want<I>) {
      if (!c.template wants<I>()) return;
      c.backend().each(
          elements_of<Shape>(c.items()), 1,
          kernels::product_gradient<typename C::scalar>{c.template x<Other>(), c.dy(), c.template dx<I>()});
    }
  }
};

}  // namespace ops

/// a b, element by element; both of one shape.
template <class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto operator*(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  return record(ops::multiply<A>{}, a, expect_same_shape<ops::multiply<A>>(a, b));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
