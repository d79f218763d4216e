// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace kernels {

/// y[i] = Σ_j x[i, j] / B
template <class T>
struct mean_over_pairs_forward {
  std::size_t items;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T total = group.sum(items, [&](auto j) { return j.load(x + item * items); });
    group.integers(1, [&](std::size_t) { y[item] = total / static_cast<T>(items); });
  }
};

template <class T>
struct mean_over_pairs_pullback {
  std::size_t items;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t item) const {
    const T slope = dy[item] / static_cast<T>(items);
    const gradient<T> to{dx.data + item * items, dx.adds};
    group.each(items, [&](auto j) {
      using V = typename decltype(j)::value;
      to.store(j, V(slope));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y[i] = Σ_j x[i, j] / B; dx[i, j] = dy[i] / B.
struct mean_over_pairs : operation<shape<dyn>> {
  static constexpr const char* name = "mean_over_pairs";
  static constexpr bool couples_batch = true;

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(c.items(), c.items(),
                     kernels::mean_over_pairs_forward<typename C::scalar>{c.items(), c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    c.backend().rows(c.items(), c.items(),
                     kernels::mean_over_pairs_pullback<typename C::scalar>{c.items(), c.dy(), c.dx()});
  }
};

}  // namespace ops

/// [B, B] to [B]: each item's mean over all items (PyTorch's x.mean(dim=1)).
template <Var X>
auto mean_over_pairs(const X& x) {
  return record(ops::mean_over_pairs{}, expect_shape<struct mean_over_pairs_function, shape<dyn, dyn>>(x));
}
VSCG_OPERANDS_OF(mean_over_pairs, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
