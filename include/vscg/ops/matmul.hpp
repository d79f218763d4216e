// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

namespace ops {

/// y = a·b, or a·bᵀ where `TransposeB`, matrix by matrix over the leading axes.
///
/// a·b:   da = dy·bᵀ,  db = aᵀ·dy.     a·bᵀ:  da = dy·b,  db = dyᵀ·a.
template <class A, class B, bool TransposeB>
struct matmul : operation<with_channels<A, TransposeB ? extent<B, -2> : extent<B, -1>>> {
  static constexpr const char* name = "matmul";
  static constexpr std::uint32_t pullback_reads_operands = 3;
  static constexpr std::size_t m = static_cast<std::size_t>(extent<A, -2>);
  static constexpr std::size_t k = static_cast<std::size_t>(extent<A, -1>);
  static constexpr std::size_t n = static_cast<std::size_t>(TransposeB ? extent<B, -2> : extent<B, -1>);
  static constexpr std::size_t item_matrices = A::elements / (m * k);
  static constexpr double flops_per_item = 2.0 * item_matrices * m * n * k;

  template <class C>
  void forward(const C& c) const {
    product(c, false, TransposeB, m, n, k, c.template x<0>(), c.template x<1>(), {c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    if constexpr (C::template can_want<0>) {
      if (c.template wants<0>()) {
        product(c, false, !TransposeB, m, k, n, c.dy(), c.template x<1>(), c.template dx<0>());
      }
    }
    if constexpr (C::template can_want<1>) {
      if (c.template wants<1>()) {
        if constexpr (TransposeB)
          product(c, true, false, n, k, m, c.dy(), c.template x<0>(), c.template dx<1>());
        else
          product(c, true, false, k, n, m, c.template x<0>(), c.dy(), c.template dx<1>());
      }
    }
  }

 private:
  template <class C, class T>
  static void product(const C& c, bool trans_a, bool trans_b, std::size_t rows, std::size_t columns, std::size_t inner,
                      const T* a, const T* b, gradient<T> to) {
    gemm_arguments<T> p;
    p.trans_a = trans_a;
    p.trans_b = trans_b;
    p.m = rows;
    p.n = columns;
    p.k = inner;
    p.a = a;
    p.lda = trans_a ? rows : inner;
    p.b = b;
    p.ldb = trans_b ? inner : columns;
    p.c = to.data;
    p.ldc = columns;
    p.accumulate = to.adds;
    p.batch = item_matrices * c.items();
    p.stride_a = rows * inner;
    p.stride_b = inner * columns;
    p.stride_c = rows * columns;
    c.backend().gemm(p);
  }
};

}  // namespace ops

namespace detail {

/// The leading axes of `Shape`, then a matrix [Rows, Columns].
template <class Shape, int Rows, int Columns, std::size_t... I>
auto with_matrix(std::index_sequence<I...>) -> shape<Shape::extents[I]..., Rows, Columns>;

template <bool TransposeB, class GivenA, class GivenB>
auto record_matmul(const GivenA& given_a, const GivenB& given_b) {
  using given = ops::matmul<shape_of<GivenA>, shape_of<GivenB>, TransposeB>;
  const auto a = expect_batch<given, 3>(given_a);
  using A = shape_of<decltype(a)>;
  constexpr int K = extent<A, -1>;
  using pattern = decltype(with_matrix < A, TransposeB ? any_extent : K,
                           TransposeB ? K : any_extent > (std::make_index_sequence<A::rank - 2>{}));
  const auto b = expect_shape<given, pattern>(given_b);
  return record(ops::matmul<A, shape_of<decltype(b)>, TransposeB>{}, a, b);
}

}  // namespace detail

/// a [B, ..., M, K] by b [B, ..., K, N], leading axes alike (PyTorch's torch.matmul without broadcasting).
template <Var A, Var B>
auto matmul(const A& a, const B& b) {
  return detail::record_matmul<false>(a, b);
}
VSCG_OPERANDS_OF(matmul, 2, 2)

/// a [B, ..., M, K] by the transpose of b [B, ..., N, K].
template <Var A, Var B>
auto matmul_transposed(const A& a, const B& b) {
  return detail::record_matmul<true>(a, b);
}
VSCG_OPERANDS_OF(matmul_transposed, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
