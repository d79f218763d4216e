// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/cuda/fused/fused_of.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

namespace composites {
template <class Shape>
struct average;
}  // namespace composites

namespace kernels {

struct average_of_two {
  template <class V>
  VSCG_HD static V value(V a, V b) {
    return (a + b) * V(0.5F);
  }
};

/// Half the slope for each. One lane writes both, because they may be one array.
template <class T>
struct average_pullback {
  const T* dy;
  gradient<T> a, b;
  template <class Index>
  VSCG_HD void operator()(Index i) const {
    const T slope = i.load(dy) * T(0.5F);
    cuda_detail::put(a, i.at, slope);
    cuda_detail::put(b, i.at, slope);
  }
};

}  // namespace kernels

namespace cuda_detail {

/// `composites::average`: one launch each way.
template <class Shape>
struct average_at_once : operation<Shape> {
  static constexpr const char* name = "average";
  static constexpr bool is_linear = true;
  static constexpr operand_index<0> a{};
  static constexpr operand_index<1> b{};
  explicit average_at_once(const composites::average<Shape>&) {}

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1,
                     kernels::binary_forward<kernels::average_of_two, T>{{}, c.x(a), c.x(b), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1, kernels::average_pullback<T>{c.dy(), wanted(c, a), wanted(c, b)});
  }
};

}  // namespace cuda_detail

#if !defined(VSCG_CUDA_NO_FUSED_AVERAGE)
template <class Shape>
struct cuda_detail::fused_of<composites::average<Shape>> {
  using type = cuda_detail::average_at_once<Shape>;
};
#endif

}  // namespace vscg

#include <vscg/core/end.hpp>
