// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

namespace vscg::cuda_detail {

/// A matrix as a column-major library sees it: element (i, j) of the stored matrix lies at i + j · leading.
template <class T>
struct column_major_matrix {
  T* data;
  std::size_t rows, columns;  // as stored
  std::size_t leading;        // at least `rows`
  bool transposed;            // before it is multiplied
  std::size_t stride;         // from item to item; 0: all items share it
};

/// A product in a library's terms: result = left·right (+ result) + bias, the bias as a column. A row-major matrix is
/// the transpose of a column-major one, so this is Cᵀ = Bᵀ·Aᵀ, and the operands swap places.
template <class T, class Operand = T>
struct column_major_product {
  column_major_matrix<const Operand> left;   // B
  column_major_matrix<const Operand> right;  // A
  column_major_matrix<T> result;             // C
  std::size_t inner;                         // k
  std::size_t batch;
  bool accumulate;
  const T* bias;            // as many numbers as `result` has rows; null: none
  std::size_t bias_stride;  // from item to item; 0: all items share it

  /// Whether the batch's items are more columns of the result: then their number must not change a result's bits. It
  /// is the depth of the sums otherwise, or a number of independent products.
  bool items_are_columns;

  /// Whether the batch is two products of different arrays; their strides may go backwards.
  bool is_pair;
};

/// The matrix that is stored with `rows` rows of `columns` numbers, `leading` apart.
template <class T>
column_major_matrix<T> column_major(T* data, std::size_t rows, std::size_t columns, std::size_t leading,
                                    bool transposed, std::size_t stride) {
  return {data, columns, rows, std::max(leading, columns), transposed, stride};
}

/// A product with k > 0. Neighboring items that share B become one product with more rows.
template <class T>
column_major_product<T> column_major(const gemm_arguments<T>& args) {
  const bool merges = args.stride_c != 0 && args.stride_b == 0 && !args.trans_a && args.stride_a == args.m * args.lda &&
                      args.stride_c == args.m * args.ldc;
  const std::size_t m = merges ? args.m * args.batch : args.m;
  const std::size_t stride_a = merges ? 0 : args.stride_a;
  const std::size_t stride_c = merges ? 0 : args.stride_c;
  column_major_product<T> p{};
  p.left = args.trans_b ? column_major(args.b, args.n, args.k, args.ldb, true, args.stride_b)
                        : column_major(args.b, args.k, args.n, args.ldb, false, args.stride_b);
  p.right = args.trans_a ? column_major(args.a, args.k, m, args.lda, true, stride_a)
                         : column_major(args.a, m, args.k, args.lda, false, stride_a);
  p.result = column_major(args.c, m, args.n, args.ldc, false, stride_c);
  p.inner = args.k;
  p.batch = merges ? 1 : args.batch;
  p.accumulate = args.accumulate;
  p.bias = args.bias;
  p.items_are_columns = stride_c == 0 && !args.trans_a;
  return p;
}

/// The same product of operands in other numbers, which lie as its own do.
template <class T, class Operand>
column_major_product<T, Operand> with_operands(const column_major_product<T>& p, const Operand* left,
                                               const Operand* right) {
  const auto of = [](const Operand* data, const column_major_matrix<const T>& m) {
    return column_major_matrix<const Operand>{data, m.rows, m.columns, m.leading, m.transposed, m.stride};
  };
  return {of(left, p.left), of(right, p.right),  p.result, p.inner, p.batch, p.accumulate, p.bias,
          p.bias_stride,    p.items_are_columns, p.is_pair};
}

/// From one array to another, in elements, as a stride: it may go backwards.
template <class T>
std::size_t stride_between(const T* from, const T* to) {
  const auto bytes = static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(to)) -
                     static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(from));
  return static_cast<std::size_t>(bytes / static_cast<std::ptrdiff_t>(sizeof(T)));
}

/// Whether two products can be one batch of two: they differ only in their arrays, and neither adds to the other's
/// result.
template <class T>
bool are_pair(const gemm_arguments<T>& a, const gemm_arguments<T>& b) {
  return a.trans_a == b.trans_a && a.trans_b == b.trans_b && a.m == b.m && a.n == b.n && a.k == b.k && a.lda == b.lda &&
         a.ldb == b.ldb && a.ldc == b.ldc && a.accumulate == b.accumulate &&
         (a.bias == nullptr) == (b.bias == nullptr) && a.batch == 1 && b.batch == 1 && a.c != b.c;
}

/// Both as one batch.
template <class T>
column_major_product<T> column_major_pair(const gemm_arguments<T>& first, const gemm_arguments<T>& second) {
  column_major_product<T> p = column_major(first);
  p.batch = 2;
  p.is_pair = true;
  p.left.stride = stride_between(first.b, second.b);
  p.right.stride = stride_between(first.a, second.a);
  p.result.stride = stride_between(first.c, second.c);
  if (first.bias != nullptr) p.bias_stride = stride_between(first.bias, second.bias);
  return p;
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
