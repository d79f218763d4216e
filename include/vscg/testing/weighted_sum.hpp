// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/record.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg::testing {

/// y = Σ_i x[i] w[i] over all elements of all items; dx = dy w. Makes one number of any array, so that its gradient can
/// be compared with differences; any shape.
template <class Shape>
struct weighted_sum_operation : operation<shape<1>> {
  static constexpr const char* name = "weighted_sum";
  static constexpr std::uint32_t pullback_reads_operands = 2;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    const std::size_t n = elements_of<Shape>(c.items());
    c.backend().rows(1, n, kernels::batch_sum<T>{n, c.template x<0>(), c.template x<1>(), T(1), false, c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().each(elements_of<Shape>(c.items()), 1,
                     kernels::batch_sum_pullback<T>{c.template x<1>(), T(1), c.dy(), c.template dx<0>()});
  }
};

template <class Tag, class Shape, bool Active>
auto weighted_sum(const var<Tag, Shape, Active>& x, const var<Tag, Shape, false>& weight) {
  return record(weighted_sum_operation<Shape>{}, x, weight);
}

}  // namespace vscg::testing

#include <vscg/core/end.hpp>
