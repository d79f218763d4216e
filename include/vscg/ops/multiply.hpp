// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <vscg/core/record.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/broadcast.hpp>
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
  static constexpr const char* name = "multiply";
  static constexpr bool is_linear = false;
  using slope_of_a = slope_other;
  using slope_of_b = slope_other;
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return a * b;
  }
};

}  // namespace kernels

namespace ops {

/// y = a b, both of the same shape, element by element; da = dy b, db = dy a.
template <class Shape>
struct multiply : operation<Shape> {
  static constexpr const char* name = "multiply";
  static constexpr operand_index<0> a{};
  static constexpr operand_index<1> b{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(a, b);

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1,
                     kernels::binary_forward<kernels::product_of_two, T>{{}, c.x(a), c.x(b), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    pass(c, a, b);
    pass(c, b, a);
  }

 private:
  template <class C, class Operand, class Other>
  static void pass(const C& c, Operand to, Other other) {
    if constexpr (C::wants(Operand{})) {
      c.backend().each(Shape::count(c.items()), 1,
                       kernels::product_gradient<typename C::scalar>{c.x(other), c.dy(), c.dx(to)});
    }
  }
};

}  // namespace ops

/// a b, element by element, with PyTorch's broadcasting: [B, T, C] * [B, T, 1] is [B, T, C].
template <class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto operator*(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  if constexpr (std::is_same_v<A, B>)
    return record(ops::multiply<A>{}, a, b);
  else
    return detail::broadcast<kernels::product_of_two, ops::multiply<A>>(a, b);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
