// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/beside.hpp>
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

/// Two projections of the same sizes. Their gradients are computed two at a time where both are wanted.
template <class T>
struct projections_back {
  std::size_t rows, in, out;
  projection_back<T> a, b;

  template <class Executor>
  void pass_on(Executor& backend) const {
    launch(backend, a.dx, b.dx, [&](const projection_back<T>& p, gradient<T> to) {
      return detail::input_gradient_product(rows, in, out, p.slopes, p.weight, to);
    });
  }
  /// Beside the path.
  template <class Executor>
  void learn(Executor& backend) const {
    if (a.dweight.data == nullptr && b.dweight.data == nullptr) return;
    beside(backend, [&] {
      launch(backend, a.dweight, b.dweight, [&](const projection_back<T>& p, gradient<T> to) {
        return detail::weight_gradient_product(rows, in, out, p.slopes, p.x, to);
      });
    });
  }

 private:
  template <class Executor, class Product>
  void launch(Executor& backend, const gradient<T>& to_a, const gradient<T>& to_b, const Product& product_of) const {
    const auto product = [&](const projection_back<T>& p, const gradient<T>& to) {
      auto made = product_of(p, to);
      made.lda = p.step;
      if (p.slopes == nullptr) made.k = 0;
      return made;
    };
    if (to_a.data != nullptr && to_b.data != nullptr)
      backend.gemm_pair(product(a, to_a), product(b, to_b));
    else if (to_a.data != nullptr)
      backend.gemm(product(a, to_a));
    else if (to_b.data != nullptr)
      backend.gemm(product(b, to_b));
  }
};

/// What both pass on, and what their weights learn.
template <class Executor, class T>
void project_back(Executor& backend, std::size_t rows, std::size_t in, std::size_t out, const projection_back<T>& a,
                  const projection_back<T>& b) {
  const projections_back<T> both{rows, in, out, a, b};
  both.learn(backend);
  both.pass_on(backend);
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
