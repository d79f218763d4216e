// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/backend/beside.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg::cuda_detail {

/// Where an operand's gradient goes; without data if nothing reads it.
template <class Context, class Operand>
gradient<typename Context::scalar> wanted(const Context& c, [[maybe_unused]] Operand operand) {
  if constexpr (Context::wants(Operand{}))
    return c.dx(operand);
  else
    return {nullptr, false};
}

/// Adds one number to a gradient, or assigns it; nothing without data.
template <class T>
VSCG_HD void put(const gradient<T>& to, std::size_t at, T value) {
  if (to.data != nullptr) to.data[at] = to.adds ? to.data[at] + value : value;
}

/// One projection of a stream: slopes [rows, out] of x·Wᵀ, whose rows lie `step` apart, and what they become: zeros if
/// there are none.
template <class T>
struct projection_back {
  const T* slopes;
  std::size_t step;
  const T* x;
  const T* weight;
  gradient<T> dx;
  gradient<T> dweight;
};

/// The gradients of two projections, two at a time where both are wanted: those of weights beside the path.
template <class Executor, class T>
void project_back(Executor& backend, std::size_t rows, std::size_t in, std::size_t out, const projection_back<T>& a,
                  const projection_back<T>& b) {
  const auto launch = [&](const gradient<T>& to_a, const gradient<T>& to_b, auto product) {
    if (to_a.data != nullptr && to_b.data != nullptr)
      backend.gemm_pair(product(a, to_a), product(b, to_b));
    else if (to_a.data != nullptr)
      backend.gemm(product(a, to_a));
    else if (to_b.data != nullptr)
      backend.gemm(product(b, to_b));
  };
  if (a.dweight.data != nullptr || b.dweight.data != nullptr) {
    beside(backend, [&] {
      launch(a.dweight, b.dweight, [&](const projection_back<T>& p, gradient<T> to) {
        auto product = detail::weight_gradient_product(rows, in, out, p.slopes, p.x, to);
        product.lda = p.step;
        if (p.slopes == nullptr) product.k = 0;
        return product;
      });
    });
  }
  launch(a.dx, b.dx, [&](const projection_back<T>& p, gradient<T> to) {
    auto product = detail::input_gradient_product(rows, in, out, p.slopes, p.weight, to);
    product.lda = p.step;
    if (p.slopes == nullptr) product.k = 0;
    return product;
  });
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
