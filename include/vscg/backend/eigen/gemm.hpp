// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>

#include <vscg/backend/eigen/gemm_compute.hpp>
#include <vscg/backend/gemm_arguments.hpp>

// The matrix product of the Eigen backend, with fixed blocking.
//
// k is cut into blocks of `gemm_sizes<T>::depth`, and blocks into chains. An element of C is the sum, in order, of what
// C held (if it accumulates), of each chain of fused multiply-adds, and of the bias. Nothing else enters: the same row
// has the same bits in any product, at any position, with any number of threads, at any address, on any cache. Work is
// cut into chunks of C by shape alone; a reduction is never cut.
//
// Loops after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34 (2008), with the
// roles of A and B exchanged, because C is row-major: a panel of A rests in the first-level cache, B streams from the
// second.
namespace vscg::eigen_detail {

/// Elements of T that a product with packed weights needs as workspace.
template <class T>
constexpr std::size_t gemm_packed_workspace_elements(std::size_t workers) {
  return workers * gemm_layout<T>::per_worker;
}

/// Elements of T that `gemm` needs as workspace, whatever the sizes of its products.
template <class T>
constexpr std::size_t gemm_workspace_elements(std::size_t workers) {
  return gemm_packed_workspace_elements<T>(workers) + gemm_layout<T>::shared;
}

/// Multiply-adds that one chunk should have at least: some microseconds, against about one for a region.
inline constexpr std::size_t gemm_chunk_work = std::size_t{1} << 18U;

/// Rows up to which row-major B is used as it stands.
inline constexpr std::size_t gemm_direct_rows = 16;

constexpr std::size_t gemm_ceil(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Items that follow each other and share B are one product with more rows: the same bits, B packed once.
template <class T>
gemm_arguments<T> gemm_merge_batch(gemm_arguments<T> args) {
  if (args.batch > 1 && args.stride_b == 0 && !args.trans_a && args.stride_a == args.m * args.lda &&
      args.stride_c == args.m * args.ldc) {
    args.m *= args.batch;
    args.batch = 1;
  }
  return args;
}

/// Few rows, or B already packed: one region, each chunk runs over all of k.
template <class T, class Team>
void gemm_flat(Team& team, T* workspace, const gemm_arguments<T>& args, gemm_source source,
               const gemm_packed<T>& packed) {
  using layout = gemm_layout<T>;
  // With many rows, more of them to a chunk: it reads all of B once. With few, chunks of fewer columns, as long as they
  // are worth a worker's while: each packs its rows of A again.
  const std::size_t chunk_rows = layout::chunk_rows * (args.m >= 64 * layout::chunk_rows ? 4 : 1);
  const std::size_t row_chunks = gemm_ceil(args.m, chunk_rows);
  const std::size_t panels = gemm_ceil(args.n, layout::columns);
  const std::size_t panel_work = std::min(args.m, chunk_rows) * layout::columns * std::max<std::size_t>(args.k, 1);
  const std::size_t least = std::max(gemm_ceil(gemm_chunk_work, panel_work), std::clamp<std::size_t>(panels / 4, 2, 4));
  const std::size_t even = gemm_ceil(panels, gemm_ceil(16, row_chunks));
  const std::size_t chunk_panels = std::min({panels, std::max(least, even), layout::width / layout::columns});
  const std::size_t column_chunks = gemm_ceil(panels, chunk_panels);
  const std::size_t item_chunks = row_chunks * column_chunks;
  // Items of the batch in a chunk. A row or two take as long as it takes to read B.
  const std::size_t item_work = panel_work * panels * row_chunks * (args.m <= 2 ? 8 : 1);
  const std::size_t group = std::max<std::size_t>(gemm_chunk_work / item_work, 1);
  team.run(gemm_ceil(args.batch, group) * item_chunks, [&](std::size_t worker, std::size_t chunk) {
    const std::size_t row = chunk % item_chunks / column_chunks * chunk_rows;
    const std::size_t column = chunk % column_chunks * chunk_panels * layout::columns;
    const gemm_part part{row,    std::min(chunk_rows, args.m - row),
                         column, std::min(chunk_panels * layout::columns, args.n - column),
                         0,      args.k};
    const std::size_t first = chunk / item_chunks * group;
    for (std::size_t item = first; item < std::min(first + group, args.batch); ++item) {
      gemm_arguments<T> one = args;
      one.a += item * args.stride_a;
      one.b += item * args.stride_b;
      one.c += item * args.stride_c;
      gemm_compute(one, source, packed, part, workspace + worker * layout::per_worker);
    }
  });
}

/// The team packs columns [column, column + columns) of B, k in [k, k + depth).
template <class T, class Team>
void gemm_pack_block(Team& team, T* target, const gemm_arguments<T>& args, std::size_t k, std::size_t depth,
                     std::size_t column, std::size_t columns) {
  constexpr std::size_t width = gemm_sizes<T>::columns;
  if (args.trans_b) {  // a chunk reads along the stored rows: a panel
    team.run(gemm_ceil(columns, width), [&](std::size_t, std::size_t chunk) {
      const std::size_t first = chunk * width;
      gemm_pack_b(target + first * depth, args, depth, k, depth, column + first, std::min(width, columns - first));
    });
  } else {
    constexpr std::size_t together = 32;
    team.run(gemm_ceil(depth, together), [&](std::size_t, std::size_t chunk) {
      const std::size_t first = chunk * together;
      gemm_pack_b(target + first * width, args, depth, k + first, std::min(together, depth - first), column, columns);
    });
  }
}

/// Many rows: B is packed block by block by the whole team, then all rows use it.
template <class T, class Team>
void gemm_shared(Team& team, T* workspace, const gemm_arguments<T>& args) {
  using layout = gemm_layout<T>;
  T* const shared = workspace + gemm_packed_workspace_elements<T>(team.size());
  const std::size_t row_chunks = gemm_ceil(args.m, layout::chunk_rows);
  for (std::size_t column = 0; column < args.n; column += layout::width) {
    const std::size_t columns = std::min(layout::width, args.n - column);
    const std::size_t panels = gemm_ceil(columns, layout::columns);
    const std::size_t chunk_panels = row_chunks >= 16 ? panels : std::min<std::size_t>(panels, 8);
    const std::size_t column_chunks = gemm_ceil(panels, chunk_panels);
    std::size_t k = 0;
    do {
      const std::size_t depth = std::min(layout::depth, args.k - k);
      gemm_pack_block(team, shared, args, k, depth, column, columns);
      const gemm_packed<T> packed{shared, k, column, panels * layout::columns};
      team.run(row_chunks * column_chunks, [&](std::size_t worker, std::size_t chunk) {
        const std::size_t row = chunk / column_chunks * layout::chunk_rows;
        const std::size_t first = chunk % column_chunks * chunk_panels * layout::columns;
        gemm_compute(args, gemm_source::packed, packed,
                     gemm_part{row, std::min(layout::chunk_rows, args.m - row), column + first,
                               std::min(chunk_panels * layout::columns, columns - first), k, k + depth},
                     workspace + worker * layout::per_worker);
      });
      k += depth;
    } while (k < args.k);
  }
}

/// Elements of T that B[k,n] takes when packed.
template <class T>
constexpr std::size_t gemm_packed_elements(std::size_t n, std::size_t k) {
  return gemm_ceil(n, gemm_sizes<T>::columns) * gemm_sizes<T>::columns * k;
}

/// Packs B of `args` (`trans_b`, `n`, `k`, `b`, `ldb`; nothing else is read) into `target`: `gemm_packed_elements<T>`
/// elements, aligned to 64 bytes, for `packed_b`. Worth it for what is used more than once: weights.
template <class T, class Team>
void gemm_pack(Team& team, T* target, const gemm_arguments<T>& args) {
  const std::size_t padded = gemm_packed_elements<T>(args.n, 1);
  for (std::size_t k = 0; k < args.k; k += gemm_sizes<T>::depth) {
    gemm_pack_block(team, target + k * padded, args, k, std::min(gemm_sizes<T>::depth, args.k - k), 0, args.n);
  }
}

/// The matrix product; see `gemm_arguments`.
///
/// `workspace`: `gemm_workspace_elements<T>(team.size())` elements, aligned to 64 bytes; where B is packed beforehand,
/// `gemm_packed_workspace_elements` are enough. `Team`: `team.size()` workers;
/// `team.run(chunks, f)` calls `f(worker, chunk)` once for every chunk, `worker < team.size()`, and returns when all
/// are done. Allocates nothing.
template <class T, class Team>
void gemm(Team& team, T* workspace, const gemm_arguments<T>& args) {
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  gemm_arguments<T> one = args;
  if (one.packed_b != nullptr) one.stride_b = 0;
  one = gemm_merge_batch(one);
  if (one.packed_b != nullptr) {
    return gemm_flat(team, workspace, one, gemm_source::packed,
                     gemm_packed<T>{one.packed_b, 0, 0, gemm_packed_elements<T>(one.n, 1)});
  }
  if (one.m <= gemm_layout<T>::chunk_rows) {
    const gemm_source source = one.trans_b ? one.m <= gemm_thin_rows ? gemm_source::thin : gemm_source::own
                               : one.m <= gemm_direct_rows ? gemm_source::direct
                                                           : gemm_source::own;
    return gemm_flat(team, workspace, one, source, gemm_packed<T>{});
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
