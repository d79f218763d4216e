// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include <vscg/backend/eigen/gemm_kernel.hpp>
#include <vscg/backend/eigen/gemm_packing.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

// The matrix product of the Eigen backend, with fixed blocking.
//
// k is cut into blocks of `gemm_sizes<T>::depth`. An element of C is the sum, in order, of what C held (if it
// accumulates), of one chain of fused multiply-adds per block, and of the bias. Nothing else enters: the same row has
// the same bits in any product, at any position, with any number of threads, at any address, on any cache. Work is cut
// into chunks of C by shape alone; a reduction is never cut.
//
// Loops after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34 (2008), with the
// roles of A and B exchanged, because C is row-major: a panel of A rests in the first-level cache, B streams from the
// second.
namespace vscg::eigen_detail {

/// Where the columns of B come from.
enum class gemm_source {
  direct,    ///< from B as it stands: row-major, and so few rows of A that a copy would not pay
  private_,  ///< packed by each chunk, panel by panel
  packed,    ///< packed before, by the team or by the caller
};

template <class T>
struct gemm_layout : gemm_sizes<T> {
  using sizes = gemm_sizes<T>;
  static constexpr std::size_t shared = sizes::width * sizes::depth;
  static constexpr std::size_t a_panel = sizes::a_step * sizes::depth;
  static constexpr std::size_t b_panel = sizes::columns * sizes::depth;
  static constexpr std::size_t per_worker = sizes::row_panels * a_panel + b_panel;
  static constexpr std::size_t chunk_rows = sizes::row_panels * sizes::rows;
};

/// Elements of T that `gemm` needs as workspace, whatever the sizes of its products.
template <class T>
constexpr std::size_t gemm_workspace_elements(std::size_t workers) {
  return gemm_layout<T>::shared + workers * gemm_layout<T>::per_worker;
}

/// A part of C, and the part of the sum over k, that one worker computes.
struct gemm_part {
  std::size_t row, rows;        ///< at most `gemm_layout::chunk_rows` rows
  std::size_t column, columns;  ///< begins at a panel of B
  std::size_t k, k_end;         ///< begins at a block of k
};

/// Packed B: all panels of a block of k, then those of the next block. `k`, `column` say where it begins in B, `width`
/// how many columns it holds, padded to whole panels.
template <class T>
struct gemm_packed {
  const T* data = nullptr;
  std::size_t k = 0, column = 0, width = 0;
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

/// Packs rows [row, row + rows) of A into panels of a tile's rows.
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

/// Computes one part. `space` is this worker's.
template <class T>
VSCG_NOINLINE void gemm_compute(const gemm_arguments<T>& args, gemm_source source, const gemm_packed<T>& packed,
                                const gemm_part& part, T* space) {
  using layout = gemm_layout<T>;
  constexpr std::size_t width = layout::columns;
  T* const b_space = space + layout::row_panels * layout::a_panel;
  std::size_t k = part.k;
  do {  // once even where k is empty: C still gets its bias
    const std::size_t depth = std::min(layout::depth, part.k_end - k);
    const bool last = k + depth == args.k;
    gemm_pack_a(space, args, k, depth, part.row, part.rows);
    const auto multiply = [&](std::size_t column, std::size_t columns, const T* b, std::size_t b_step,
                              std::size_t b_panel) {
      gemm_strip<T> strip{};
      strip.depth = depth;
      strip.b = b;
      strip.b_step = b_step;
      strip.b_panel = b_panel;
      strip.columns = columns;
      strip.ldc = args.ldc;
      strip.add = args.accumulate || k > 0;
      strip.bias = last && args.bias != nullptr ? args.bias + column : nullptr;
      strip.rectified = last && args.act == activation::relu;
      for (std::size_t i = 0, p = 0; i < part.rows; i += layout::rows, ++p) {
        strip.c = args.c + (part.row + i) * args.ldc + column;
        gemm_multiply(strip, space + p * layout::a_panel, std::min(layout::rows, part.rows - i));
      }
    };
    const std::size_t end = part.column + part.columns;
    std::size_t column = part.column;
    if (source == gemm_source::packed) {
      multiply(column, part.columns, packed.data + (k - packed.k) * packed.width + (column - packed.column) * depth,
               width, width * depth);
    } else {
      if (source == gemm_source::direct && part.columns >= width) {
        const std::size_t whole = part.columns / width * width;
        multiply(column, whole, args.b + k * args.ldb + column, args.ldb, width);
        column += whole;
      }
      for (; column < end; column += width) {
        const std::size_t used = std::min(width, end - column);
        gemm_pack_b(b_space, args, depth, k, depth, column, used);
        multiply(column, used, b_space, width, width * depth);
      }
    }
    k += depth;
  } while (k < part.k_end);
}

/// Multiply-adds that one chunk should have at least: some microseconds, against about one for a region.
inline constexpr std::size_t gemm_chunk_work = std::size_t{1} << 18U;

constexpr std::size_t gemm_ceil(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// The product without its batch, for few rows or B already packed: one region, each chunk runs over all of k.
template <class T, class Team>
void gemm_flat(Team& team, T* workspace, const gemm_arguments<T>& args, gemm_source source,
               const gemm_packed<T>& packed) {
  using layout = gemm_layout<T>;
  const std::size_t row_chunks = gemm_ceil(args.m, layout::chunk_rows);
  const std::size_t panels = gemm_ceil(args.n, layout::columns);
  const std::size_t panel_work =
      std::min(args.m, layout::chunk_rows) * layout::columns * std::max<std::size_t>(args.k, 1);
  const std::size_t chunk_panels =
      std::min(panels, std::max<std::size_t>(gemm_ceil(gemm_chunk_work, panel_work), row_chunks >= 16 ? panels : 4));
  const std::size_t column_chunks = gemm_ceil(panels, chunk_panels);
  const std::size_t item_chunks = row_chunks * column_chunks;
  const std::size_t item_work = panel_work * panels * row_chunks;
  const std::size_t group = std::max<std::size_t>(gemm_chunk_work / item_work, 1);  // items of the batch in a chunk
  const std::size_t groups = gemm_ceil(args.batch, group);
  team.run(groups * item_chunks, [&](std::size_t worker, std::size_t chunk) {
    T* const space = workspace + layout::shared + worker * layout::per_worker;
    const std::size_t row = chunk % item_chunks / column_chunks * layout::chunk_rows;
    const std::size_t column = chunk % column_chunks * chunk_panels * layout::columns;
    const gemm_part part{row,    std::min(layout::chunk_rows, args.m - row),
                         column, std::min(chunk_panels * layout::columns, args.n - column),
                         0,      args.k};
    const std::size_t first = chunk / item_chunks * group;
    for (std::size_t item = first; item < std::min(first + group, args.batch); ++item) {
      gemm_arguments<T> one = args;
      one.a += item * args.stride_a;
      one.b += item * args.stride_b;
      one.c += item * args.stride_c;
      gemm_compute(one, source, packed, part, space);
    }
  });
}

/// The product without its batch, for many rows: B is packed block by block by the whole team, then all rows use it.
template <class T, class Team>
void gemm_shared(Team& team, T* workspace, const gemm_arguments<T>& args) {
  using layout = gemm_layout<T>;
  const std::size_t row_chunks = gemm_ceil(args.m, layout::chunk_rows);
  for (std::size_t column = 0; column < args.n; column += layout::width) {
    const std::size_t columns = std::min(layout::width, args.n - column);
    const std::size_t panels = gemm_ceil(columns, layout::columns);
    const std::size_t chunk_panels = row_chunks >= 16 ? panels : std::min<std::size_t>(panels, 8);
    const std::size_t column_chunks = gemm_ceil(panels, chunk_panels);
    std::size_t k = 0;
    do {
      const std::size_t depth = std::min(layout::depth, args.k - k);
      if (args.trans_b) {
        team.run(panels, [&](std::size_t, std::size_t chunk) {
          const std::size_t first = chunk * layout::columns;
          gemm_pack_b(workspace + first * depth, args, depth, k, depth, column + first,
                      std::min(layout::columns, columns - first));
        });
      } else {
        constexpr std::size_t together = 32;  // rows of B packed in one chunk
        team.run(gemm_ceil(depth, together), [&](std::size_t, std::size_t chunk) {
          const std::size_t first = chunk * together;
          gemm_pack_b(workspace + first * layout::columns, args, depth, k + first, std::min(together, depth - first),
                      column, columns);
        });
      }
      const gemm_packed<T> packed{workspace, k, column, panels * layout::columns};
      team.run(row_chunks * column_chunks, [&](std::size_t worker, std::size_t chunk) {
        T* const space = workspace + layout::shared + worker * layout::per_worker;
        const std::size_t row = chunk / column_chunks * layout::chunk_rows;
        const std::size_t first = chunk % column_chunks * chunk_panels * layout::columns;
        gemm_compute(args, gemm_source::packed, packed,
                     gemm_part{row, std::min(layout::chunk_rows, args.m - row), column + first,
                               std::min(chunk_panels * layout::columns, columns - first), k, k + depth},
                     space);
      });
      k += depth;
    } while (k < args.k);
  }
}

/// The matrix product; see `gemm_arguments`.
///
/// `workspace`: `gemm_workspace_elements<T>(team.size())` elements, aligned to 64 bytes. `Team`: `team.size()` workers;
/// `team.run(chunks, f)` calls `f(worker, chunk)` once for every chunk, `worker < team.size()`, and returns when all
/// are done. Allocates nothing.
template <class T, class Team>
void gemm(Team& team, T* workspace, const gemm_arguments<T>& args) {
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  gemm_arguments<T> one = args;
  // Items that follow each other and share B are one product with more rows: the same bits, B packed once.
  if (one.batch > 1 && one.stride_b == 0 && !one.trans_a && one.stride_a == one.m * one.lda &&
      one.stride_c == one.m * one.ldc) {
    one.m *= one.batch;
    one.batch = 1;
  }
  if (one.m <= gemm_layout<T>::chunk_rows) {
    const bool direct = !one.trans_b && one.m <= gemm_sizes<T>::rows;
    return gemm_flat(team, workspace, one, direct ? gemm_source::direct : gemm_source::private_, gemm_packed<T>{});
  }
  const std::size_t batch = one.batch;
  one.batch = 1;
  for (std::size_t item = 0; item < batch; ++item) {
    gemm_shared(team, workspace, one);
    one.a += one.stride_a;
    one.b += one.stride_b;
    one.c += one.stride_c;
  }
}

}  // namespace vscg::eigen_detail
