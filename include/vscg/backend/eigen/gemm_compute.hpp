// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>

#include <vscg/backend/eigen/gemm_kernel.hpp>
#include <vscg/backend/eigen/gemm_packing.hpp>
#include <vscg/backend/eigen/gemm_thin.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

// One worker's share of a matrix product: a part of C, for some blocks of k.
namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

/// Where the columns of B come from.
enum class gemm_source {
  direct,  ///< from B as stored: row-major, with so few rows of A that a copy would not pay
  own,     ///< each chunk packs for itself, panel by panel
  packed,  ///< packed beforehand, by the team or by the caller
  thin,    ///< from B as stored, [n,k], for one or two rows of A
};

template <class T>
struct gemm_layout : gemm_sizes<T> {
  using sizes = gemm_sizes<T>;
  static constexpr std::size_t a_panel = sizes::a_step * sizes::depth;
  static constexpr std::size_t b_panel = sizes::columns * sizes::depth;
  static constexpr std::size_t chunk_rows = sizes::row_panels * sizes::rows;
  static constexpr std::size_t partial = chunk_rows * sizes::width;
  static constexpr std::size_t per_worker = sizes::row_panels * a_panel + b_panel + partial;
  /// How many k of B the whole team packs before using it, for `width` columns.
  static constexpr std::size_t shared_depth = 4 * sizes::depth;
  static constexpr std::size_t shared = sizes::width * shared_depth;
};

/// The part of C, and of the sum over k, that one worker computes.
struct gemm_part {
  std::size_t row, rows;        ///< at most `chunk_rows`
  std::size_t column, columns;  ///< begins at a panel of B; at most `width`
  std::size_t k, k_end;         ///< begins at a block of k
};

/// Packed B: all panels of a block of k, then those of the next block. `k` and `column` say where it begins in B,
/// `width` how many columns it holds, padded to whole panels.
template <class T>
struct gemm_packed {
  const T* data = nullptr;
  std::size_t k = 0, column = 0, width = 0;
};

/// A product, and the function that writes the finished sums into C.
template <class T>
struct gemm_product : gemm_arguments<T> {
  gemm_finisher<T> finish;

  /// The function that ends a block of k at `k_end`.
  gemm_finisher<T> finish_at(std::size_t k_end) const {
    return k_end == this->k ? finish : &gemm_finish<T, identity_function>;
  }
};

/// Packs columns [column, column + columns) and k in [k, k + depth) of B; `block` is the depth of the whole block of k.
template <class T>
void gemm_pack_b(T* target, const gemm_arguments<T>& args, std::size_t block, std::size_t k, std::size_t depth,
                 std::size_t column, std::size_t columns) {
  constexpr std::size_t width = gemm_sizes<T>::columns;
  if (args.trans_b) {
    for (std::size_t j = 0; j < columns; j += width, target += width * block) {
      pack_rows(target, width, args.b + (column + j) * args.ldb + k, args.ldb, std::min(width, columns - j), depth);
    }
  } else {
    pack_columns(target, width * block, width, width, args.b + k * args.ldb + column, args.ldb, columns, depth);
  }
}

/// Packs rows [row, row + rows) of A into panels of one tile's rows.
template <class T>
void gemm_pack_a(T* target, const gemm_arguments<T>& args, std::size_t k, std::size_t depth, std::size_t row,
                 std::size_t rows) {
  using layout = gemm_layout<T>;
  constexpr std::size_t step = layout::a_step;
  if (args.trans_a) {
    pack_columns(target, layout::a_panel, layout::rows, step, args.a + k * args.lda + row, args.lda, rows, depth);
  } else {
    for (std::size_t i = 0; i < rows; i += layout::rows, target += layout::a_panel) {
      pack_rows(target, step, args.a + (row + i) * args.lda + k, args.lda, std::min(layout::rows, rows - i), depth);
    }
  }
}

/// One or two rows of A with B as stored: nothing is packed.
template <class T>
void gemm_compute_thin(const gemm_product<T>& args, const gemm_part& part) {
  gemm_strip<T> strip{};
  strip.depth = part.k_end - part.k;
  strip.b = args.b + part.column * args.ldb + part.k;
  strip.b_step = args.ldb;
  strip.columns = part.columns;
  strip.c = args.c + part.row * args.ldc + part.column;
  strip.ldc = args.ldc;
  strip.add = args.accumulate || part.k > 0;
  strip.bias = part.k_end == args.k && args.bias != nullptr ? args.bias + part.column : nullptr;
  strip.finish = args.finish_at(part.k_end);
  const T* const a = args.trans_a ? args.a + part.k * args.lda + part.row : args.a + part.row * args.lda + part.k;
  const std::size_t a_row = args.trans_a ? 1 : args.lda;
  const std::size_t a_k = args.trans_a ? args.lda : 1;
  part.rows == 1 ? gemm_thin<T, 1>(strip, a, a_row, a_k) : gemm_thin<T, gemm_thin_rows>(strip, a, a_row, a_k);
}

/// Computes one part. `space` belongs to this worker.
template <class T>
VSCG_NOINLINE void gemm_compute(const gemm_product<T>& args, gemm_source source, const gemm_packed<T>& packed,
                                const gemm_part& part, T* space) {
  using layout = gemm_layout<T>;
  constexpr std::size_t width = layout::columns;
  if (source == gemm_source::thin) return gemm_compute_thin(args, part);
  T* const b_space = space + layout::row_panels * layout::a_panel;
  T* const partial = b_space + layout::b_panel;
  const bool as_it_is = args.m == 1;  // a single row is read in place
  gemm_strip<T> strip{};
  strip.a_step = !as_it_is ? layout::a_step : args.trans_a ? args.lda : 1;
  strip.ldc = args.ldc;
  strip.first = true;
  strip.add = args.accumulate || part.k > 0;
  std::size_t k = part.k;
  do {  // once even if k is empty: C still gets its bias
    const std::size_t depth = std::min(layout::depth, part.k_end - k);
    strip.depth = depth;
    strip.last = k + depth == part.k_end;
    const bool ends = k + depth == args.k;
    strip.finish = args.finish_at(k + depth);
    const T* const panel = as_it_is ? args.a + k * (args.trans_a ? args.lda : 1) : space;
    if (!as_it_is) gemm_pack_a(space, args, k, depth, part.row, part.rows);
    const auto multiply = [&](std::size_t column, std::size_t columns, const T* b, std::size_t b_step,
                              std::size_t b_panel) {
      strip.b = b;
      strip.b_step = b_step;
      strip.b_panel = b_panel;
      strip.columns = columns;
      strip.c = args.c + part.row * args.ldc + column;
      strip.partial = partial + layout::chunk_rows * (column - part.column);
      strip.bias = ends && args.bias != nullptr ? args.bias + column : nullptr;
      gemm_multiply_panels(strip, panel, layout::a_panel, part.rows);
    };
    std::size_t column = part.column;
    if (source == gemm_source::packed) {
      multiply(column, part.columns, packed.data + (k - packed.k) * packed.width + (column - packed.column) * depth,
               width, width * depth);
    } else {
      const std::size_t column_end = part.column + part.columns;
      if (source == gemm_source::direct && part.columns >= width) {
        const std::size_t whole = part.columns / width * width;
        multiply(column, whole, args.b + k * args.ldb + column, args.ldb, width);
        column += whole;
      }
      for (; column < column_end; column += width) {
        const std::size_t used = std::min(width, column_end - column);
        gemm_pack_b(b_space, args, depth, k, depth, column, used);
        multiply(column, used, b_space, width, width * depth);
      }
    }
    k += depth;
    strip.first = false;
  } while (k < part.k_end);
}

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
