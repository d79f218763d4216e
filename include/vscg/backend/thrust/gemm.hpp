// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/thrust/gemm_kernels.hpp>
#include <vscg/core/config.hpp>

// The matrix product of thrust's systems, with fixed blocking.
//
// k is cut into blocks of `block_depth`. An element of C is a sum, in this order: what C held (if it accumulates), one
// chain of multiply-adds in double per block, and the bias; it is rounded to the scalar where a block ends. Nothing
// else enters, so the same row has the same bits in any product and at any position. All cuts follow from sizes alone,
// so the host never waits for a result.

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace thrust_detail {

inline constexpr std::size_t block_depth = 512;
/// How many rows of A and columns of B are copied at a time: multiples of every tile.
inline constexpr std::size_t block_rows = 256;
inline constexpr std::size_t block_columns = 256;

/// Numbers that `gemm` needs as workspace, for products of any size.
inline constexpr std::size_t gemm_workspace_elements = (block_rows + block_columns) * block_depth;

constexpr std::size_t ceil_divide(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// One block of C, [m, n] from (row, column), for `items` items from `first`.
template <class Function, class T, class Launch>
void gemm_block(const Launch& launch, double* workspace, const gemm_arguments<T>& args, std::size_t first,
                std::size_t items, std::size_t row, std::size_t m, std::size_t column, std::size_t n) {
  using tile = tile_size;
  const std::size_t row_strips = ceil_divide(m, tile::rows);
  const std::size_t column_strips = ceil_divide(n, tile::columns);
  const std::size_t a_row = args.trans_a ? 1 : args.lda;
  const std::size_t a_depth = args.trans_a ? args.lda : 1;
  const std::size_t b_column = args.trans_b ? args.ldb : 1;
  const std::size_t b_depth = args.trans_b ? 1 : args.ldb;
  const std::size_t a_items = args.stride_a == 0 ? 1 : items;
  const std::size_t b_items = args.stride_b == 0 ? 1 : items;
  double* const a = workspace;
  double* const b = workspace + block_rows * block_depth;

  std::size_t k = 0;
  do {  // once even if k = 0: an empty sum has a bias too
    const std::size_t depth = std::min(block_depth, args.k - k);
    if (depth > 0) {
      const T* a_from = args.a + first * args.stride_a + row * a_row + k * a_depth;
      const T* b_from = args.b + first * args.stride_b + column * b_column + k * b_depth;
      const pack_strips<T, tile::rows> pack_a{m, row_strips, depth, a_row, a_depth, args.stride_a, a_from, a};
      const pack_strips<T, tile::columns> pack_b{n, column_strips, depth, b_column, b_depth, args.stride_b, b_from, b};
      launch(a_items * row_strips * pack_a.pieces(), pack_a);
      launch(b_items * column_strips * pack_b.pieces(), pack_b);
    }
    multiply_tile<T, Function> kernel{};
    kernel.m = m;
    kernel.n = n;
    kernel.depth = depth;
    kernel.row_strips = row_strips;
    kernel.column_strips = column_strips;
    kernel.a = a;
    kernel.b = b;
    kernel.a_item_stride = args.stride_a == 0 ? 0 : row_strips * tile::rows * depth;
    kernel.b_item_stride = args.stride_b == 0 ? 0 : column_strips * tile::columns * depth;
    kernel.c = args.c + first * args.stride_c + row * args.ldc + column;
    kernel.ldc = args.ldc;
    kernel.c_item_stride = args.stride_c;
    kernel.adds = args.accumulate || k > 0;
    kernel.finishes = k + depth == args.k;
    kernel.bias = args.bias == nullptr ? nullptr : args.bias + column;
    launch(items * row_strips * column_strips, kernel);
    k += depth;
  } while (k < args.k);
}

/// The matrix product; see `gemm_arguments`. `Function::value` is applied to each element before it is stored.
///
/// `launch(n, f)` calls f(i) for the integers 0 … n-1; launches run one after the other. `workspace`:
/// `gemm_workspace_elements` numbers in the system's memory, aligned to 64 bytes.
template <class Function = identity_function, class T, class Launch>
void gemm(const Launch& launch, double* workspace, const gemm_arguments<T>& args) {
  using tile = tile_size;
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  // Small products come in large numbers, so each launch takes as many items as the workspace holds.
  const std::size_t depth = std::clamp<std::size_t>(args.k, 1, block_depth);
  const std::size_t a_elements = ceil_divide(std::min(args.m, block_rows), tile::rows) * tile::rows * depth;
  const std::size_t b_elements = ceil_divide(std::min(args.n, block_columns), tile::columns) * tile::columns * depth;
  const std::size_t a_fit = args.stride_a == 0 ? args.batch : block_rows * block_depth / a_elements;
  const std::size_t b_fit = args.stride_b == 0 ? args.batch : block_columns * block_depth / b_elements;
  const std::size_t together = std::min({args.batch, a_fit, b_fit});
  for (std::size_t first = 0; first < args.batch; first += together) {
    const std::size_t items = std::min(together, args.batch - first);
    for (std::size_t column = 0; column < args.n; column += block_columns) {
      for (std::size_t row = 0; row < args.m; row += block_rows) {
        gemm_block<Function>(launch, workspace, args, first, items, row, std::min(block_rows, args.m - row), column,
                             std::min(block_columns, args.n - column));
      }
    }
  }
}

}  // namespace thrust_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
