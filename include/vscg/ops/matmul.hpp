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
#include <vscg/ops/transpose.hpp>

namespace vscg {

namespace ops {

/// y = a·b, or a·bᵀ if `transpose_b`, matrix by matrix over the leading axes of a [..., M, K].
///
/// a·b:   da = dy·bᵀ,  db = aᵀ·dy.     a·bᵀ:  da = dy·b,  db = dyᵀ·a.
template <class A, int N>
struct matmul : operation<with_channels<A, N>> {
  static constexpr const char* name = "matmul";
  bool transpose_b = false;
  void settings(setting_list& to) const { to.add("transpose_b", transpose_b ? 1 : 0); }
  static constexpr operand_index<0> left{};
  static constexpr operand_index<1> right{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(left, right);
  static constexpr std::size_t m = static_cast<std::size_t>(extent<A, -2>);
  static constexpr std::size_t k = static_cast<std::size_t>(extent<A, -1>);
  static constexpr std::size_t n = std::size_t{N};
  static constexpr std::size_t item_matrices = A::elements / (m * k);
  static constexpr double flops_per_item = 2.0 * item_matrices * m * n * k;

  template <class C>
  void forward(const C& c) const {
    product(c, false, transpose_b, m, n, k, c.x(left), c.x(right), {c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    if constexpr (C::wants(left)) {
      product(c, false, !transpose_b, m, k, n, c.dy(), c.x(right), c.dx(left));
    }
    if constexpr (C::wants(right)) {
      if (transpose_b)
        product(c, true, false, n, k, m, c.dy(), c.x(left), c.dx(right));
      else
        product(c, true, false, k, n, m, c.x(left), c.dy(), c.dx(right));
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

struct matmul_function;

namespace detail {
/// The leading axes of `Shape`, then a matrix [Rows, Columns].
template <class Shape, int Rows, int Columns, std::size_t... I>
auto with_matrix(std::index_sequence<I...>) -> shape<Shape::extents[I]..., Rows, Columns>;
}  // namespace detail

/// a [B, ..., M, K] by b [B, ..., K, N] with equal leading axes (PyTorch's torch.matmul without broadcasting). If b is
/// a `transpose`, it is read in place and nothing is transposed.
template <class Tag, class GivenA, class GivenB, bool ActiveA, bool ActiveB>
auto matmul(const var<Tag, GivenA, ActiveA>& given_a, const var<Tag, GivenB, ActiveB>& given_b) {
  using function = matmul_function;
  const auto a = expect_batch<function, 3>(given_a);
  using A = shape_of<decltype(a)>;
  using leading = std::make_index_sequence<A::rank - 2>;
  using pattern = decltype(detail::with_matrix<A, extent<A, -1>, any_extent>(leading{}));
  auto b = expect_shape<function, pattern>(given_b);
  ops::matmul<A, extent<shape_of<decltype(b)>, -1>> operation;
  if (const node* maker = a.trace->maker_of(b.id);
      maker != nullptr && maker->kind == ops::transpose<shape_of<decltype(b)>>::name) {
    operation.transpose_b = true;
    b.id = maker->operands[0];
  }
  return record(operation, a, b);
}
VSCG_OPERANDS_OF(matmul, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
