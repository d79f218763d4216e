// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/row_sums.hpp>

namespace vscg {

namespace ops {

/// y[i] = Σ_j x[i, j] / B; dx[i, j] = dy[i] / B.
struct mean_over_pairs : operation<shape<dyn>> {
  static constexpr const char* name = "mean_over_pairs";
  static constexpr bool couples_batch = true;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(c.items(), c.items(),
                     kernels::row_sums<T>{c.items(), static_cast<T>(c.items()), c.x(), gradient<T>{c.y(), false}});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(c.items(), c.items(),
                     kernels::spread_over_rows<T>{c.items(), static_cast<T>(c.items()), c.dy(), c.dx()});
  }
};

}  // namespace ops

/// [B, B] to [B]: for each item, the mean over its pairs with all items (PyTorch's x.mean(dim=1)).
template <Var X>
auto mean_over_pairs(const X& x) {
  return record(ops::mean_over_pairs{}, expect_shape<struct mean_over_pairs_function, shape<dyn, dyn>>(x));
}
VSCG_OPERANDS_OF(mean_over_pairs, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
