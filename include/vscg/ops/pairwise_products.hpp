// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>

namespace vscg {

namespace ops {

/// y[i, j] = Σ_c a[i, c] b[j, c] over all pairs of items; da = dy·b, db = dyᵀ·a.
template <int C>
struct pairwise_products : operation<shape<dyn, dyn>> {
  static constexpr const char* name = "pairwise_products";
  static constexpr operand_index<0> left{};
  static constexpr operand_index<1> right{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(left, right);
  static constexpr bool couples_batch = true;

  template <class Context>
  void forward(const Context& c) const {
    using T = typename Context::scalar;
    product<Context, T>(c, false, true, c.items(), C, c.x(left), c.x(right), {c.y(), false});
  }
  template <class Context>
  void pullback(const Context& c) const {
    using T = typename Context::scalar;
    if constexpr (Context::wants(left)) {
      product<Context, T>(c, false, false, C, c.items(), c.dy(), c.x(right), c.dx(left));
    }
    if constexpr (Context::wants(right)) {
      product<Context, T>(c, true, false, C, c.items(), c.dy(), c.x(left), c.dx(right));
    }
  }

 private:
  template <class Context, class T>
  static void product(const Context& c, bool trans_a, bool trans_b, std::size_t columns, std::size_t inner, const T* a,
                      const T* b, gradient<T> to) {
    gemm_arguments<T> p;
    p.trans_a = trans_a;
    p.trans_b = trans_b;
    p.m = c.items();
    p.n = columns;
    p.k = inner;
    p.a = a;
    p.lda = trans_a ? p.m : inner;
    p.b = b;
    p.ldb = trans_b ? inner : columns;
    p.c = to.data;
    p.ldc = columns;
    p.accumulate = to.adds;
    c.backend().gemm(p);
  }
};

}  // namespace ops

/// [B, C] and [B, C] to [B, B]: each item of a with each of b (PyTorch's a @ b.T). It needs the whole batch at once.
template <Var A, Var B>
auto pairwise_products(const A& given_a, const B& given_b) {
  const auto a = expect_shape<struct pairwise_products_function, shape<dyn, any_extent>>(given_a);
  const auto b = expect_same_shape<struct pairwise_products_function>(a, given_b);
  return record(ops::pairwise_products<extent<shape_of<decltype(a)>, 1>>{}, a, b);
}
VSCG_OPERANDS_OF(pairwise_products, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
