// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/record.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg::testing {

/// y = Σ_i x[i] w[i] over all elements of all items; dx = dy w. Turns any array into one number, so that its gradient
/// can be compared with differences; any shape.
template <class Shape>
struct weighted_sum_operation : operation<shape<1>> {
  static constexpr const char* name = "weighted_sum";
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(weight);

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    const std::size_t n = Shape::count(c.items());
    c.backend().rows(1, n, kernels::batch_sum<T>{n, c.x(input), c.x(weight), T(1), false, c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(Shape::count(c.items()), 1,
                     kernels::batch_sum_pullback<T>{c.x(weight), T(1), c.dy(), c.dx(input)});
  }
};

template <class Tag, class Shape, bool Active>
auto weighted_sum(const var<Tag, Shape, Active>& x, const var<Tag, Shape, false>& weight) {
  return record(weighted_sum_operation<Shape>{}, x, weight);
}

}  // namespace vscg::testing

#include <vscg/core/end.hpp>
