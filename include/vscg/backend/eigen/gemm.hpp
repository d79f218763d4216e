// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <vscg/backend/eigen/gemm_compute.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>

// The matrix product of the Eigen backend, with fixed blocking.
//
// k is cut into blocks of `gemm_sizes<T>::depth`. An element of C is a sum, in this order: what C held (if it
// accumulates), one chain of fused multiply-adds per block, and the bias. Nothing else enters, so the same row has the
// same bits in any product, at any position, with any number of threads, at any address, on any cache. Work is cut into
// chunks of C; a reduction is never cut.
//
// Loops after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34 (2008), with A
// and B swapped, because C is row-major: a panel of A stays in the first-level cache, B streams from the second.
namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

/// Elements of T that a product with packed weights needs as workspace.
template <class T>
constexpr std::size_t gemm_packed_workspace_elements(std::size_t workers) {
  return workers * gemm_layout<T>::per_worker;
}

/// Elements of T that `gemm` needs as workspace, for products of any size.
template <class T>
constexpr std::size_t gemm_workspace_elements(std::size_t workers) {
  return gemm_packed_workspace_elements<T>(workers) + gemm_layout<T>::shared;
}

/// A chunk should have at least this many multiply-adds (a quarter for the small last ones): that takes some
/// microseconds, and a region costs about one.
inline constexpr std::size_t gemm_chunk_work = std::size_t{1} << 18U;

/// Adjacent items that share B are one product with more rows: the same bits, with B packed once.
template <class T>
gemm_product<T> gemm_merge_batch(gemm_product<T> args) {
  if (args.batch > 1 && args.stride_b == 0 && !args.trans_a && args.stride_a == args.m * args.lda &&
      args.stride_c == args.m * args.ldc) {
    args.m *= args.batch;
    args.batch = 1;
  }
  return args;
}

/// How one C[m,n] is cut into chunks. The cut depends on the team; the bits do not.
template <class T>
class gemm_cut {
 public:
  using layout = gemm_layout<T>;

  /// `depth`: how far along k a chunk goes; `items` products are cut alike.
  gemm_cut(std::size_t m, std::size_t n, std::size_t depth, std::size_t items, std::size_t workers) : m_(m), n_(n) {
    const std::size_t row_panels = gemm_ceil(m, layout::rows);
    // The chunks claimed last (those with the lowest numbers) are small, so that workers finish together.
    thin_ = workers > 1 && row_panels > layout::row_panels ? std::min(row_panels, 3 * workers) : 0;
    row_chunks_ = thin_ + gemm_ceil(row_panels - thin_, layout::row_panels);
    // Each chunk packs its rows of A again: fewer columns only if rows are too few for all workers.
    const std::size_t panels = gemm_ceil(n, layout::columns);
    const std::size_t wanted = workers > 1 ? gemm_ceil(4 * workers, row_chunks_ * items) : 1;
    const std::size_t panel_row = layout::columns * std::max<std::size_t>(depth, 1);
    work_ = m * panels * panel_row;
    const std::size_t panel_work = std::min(m, layout::chunk_rows) * panel_row;
    const std::size_t least = std::max<std::size_t>(gemm_ceil(gemm_chunk_work, panel_work), 2);
    chunk_panels_ = std::min({panels, std::max(least, gemm_ceil(panels, wanted)), layout::width / layout::columns});
    column_chunks_ = gemm_ceil(panels, chunk_panels_);
  }

  std::size_t chunks() const { return row_chunks_ * column_chunks_; }
  /// About how many multiply-adds all of C takes.
  std::size_t work() const { return work_; }

  /// One chunk's part of C; the caller gives `k` and `k_end`.
  gemm_part part(std::size_t chunk, std::size_t k, std::size_t k_end) const {
    const std::size_t at = chunk / column_chunks_;
    const std::size_t panel = at < thin_ ? at : thin_ + (at - thin_) * layout::row_panels;
    const std::size_t row = panel * layout::rows;
    const std::size_t column = chunk % column_chunks_ * chunk_panels_ * layout::columns;
    return {row,    std::min(at < thin_ ? layout::rows : layout::chunk_rows, m_ - row),
            column, std::min(chunk_panels_ * layout::columns, n_ - column),
            k,      k_end};
  }

 private:
  std::size_t m_, n_;
  std::size_t work_ = 0, thin_ = 0, row_chunks_ = 0, chunk_panels_ = 0, column_chunks_ = 0;
};

/// Few rows, or B already packed: one region, in which each chunk runs over all of k.
template <class T, class Team>
void gemm_flat(Team& team, T* workspace, const gemm_product<T>& args, gemm_source source,
               const gemm_packed<T>& packed) {
  const gemm_cut<T> cut(args.m, args.n, args.k, args.batch, team.size());
  // Batch items per chunk. A row or two take as long as reading B.
  const std::size_t group = std::max<std::size_t>(gemm_chunk_work / (cut.work() * (args.m <= 2 ? 8 : 1)), 1);
  team.run(gemm_ceil(args.batch, group) * cut.chunks(), [&](std::size_t worker, std::size_t chunk) {
    const gemm_part part = cut.part(chunk % cut.chunks(), 0, args.k);
    const std::size_t first = chunk / cut.chunks() * group;
    for (std::size_t item = first; item < std::min(first + group, args.batch); ++item) {
      gemm_product<T> one = args;
      one.a += item * args.stride_a;
      one.b += item * args.stride_b;
      one.c += item * args.stride_c;
      gemm_compute(one, source, packed, part, workspace + worker * gemm_layout<T>::per_worker);
    }
  });
}

/// The team packs columns [column, column + columns) of B, k in [k, k_end), block after block.
template <class T, class Team>
void gemm_pack_blocks(Team& team, T* target, const gemm_arguments<T>& args, std::size_t k, std::size_t k_end,
                      std::size_t column, std::size_t columns) {
  using layout = gemm_layout<T>;
  constexpr std::size_t width = layout::columns;
  const std::size_t panels = gemm_ceil(columns, width);
  const std::size_t blocks = gemm_ceil(k_end - k, layout::depth);
  // A chunk reads along the stored rows: one panel if B is transposed, else some rows of a block.
  constexpr std::size_t together = 32;
  static_assert(layout::depth % together == 0);
  const std::size_t in_block = args.trans_b ? panels : layout::depth / together;
  team.run(blocks * in_block, [&](std::size_t, std::size_t chunk) {
    const std::size_t at = k + chunk / in_block * layout::depth;
    const std::size_t depth = std::min(layout::depth, k_end - at);
    T* const block = target + (at - k) * panels * width;
    if (args.trans_b) {
      const std::size_t first = chunk % in_block * width;
      gemm_pack_b(block + first * depth, args, depth, at, depth, column + first, std::min(width, columns - first));
    } else if (const std::size_t first = chunk % in_block * together; first < depth) {
      gemm_pack_b(block + first * width, args, depth, at + first, std::min(together, depth - first), column, columns);
    }
  });
}

/// Many rows: the whole team packs a part of B, then all rows use it.
template <class T, class Team>
void gemm_shared(Team& team, T* workspace, const gemm_product<T>& args) {
  using layout = gemm_layout<T>;
  T* const shared = workspace + gemm_packed_workspace_elements<T>(team.size());
  for (std::size_t column = 0; column < args.n; column += layout::width) {
    const std::size_t columns = std::min(layout::width, args.n - column);
    std::size_t k = 0;
    do {
      const std::size_t k_end = std::min(k + layout::shared_depth, args.k);
      gemm_pack_blocks(team, shared, args, k, k_end, column, columns);
      const gemm_packed<T> packed{shared, k, column, gemm_ceil(columns, layout::columns) * layout::columns};
      const gemm_cut<T> cut(args.m, columns, k_end - k, 1, team.size());
      team.run(cut.chunks(), [&](std::size_t worker, std::size_t chunk) {
        gemm_part part = cut.part(chunk, k, k_end);
        part.column += column;
        gemm_compute(args, gemm_source::packed, packed, part, workspace + worker * layout::per_worker);
      });
      k = k_end;
    } while (k < args.k);
  }
}

/// Elements of T that B[k,n] takes when packed.
template <class T>
constexpr std::size_t gemm_packed_elements(std::size_t n, std::size_t k) {
  return gemm_ceil(n, gemm_sizes<T>::columns) * gemm_sizes<T>::columns * k;
}

/// Packs B of `args` (reads only `trans_b`, `n`, `k`, `b`, `ldb`) into `target` for `packed_b`:
/// `gemm_packed_elements<T>` elements, aligned to 64 bytes. Worthwhile for what is used more than once: weights.
template <class T, class Team>
void gemm_pack(Team& team, T* target, const gemm_arguments<T>& args) {
  gemm_pack_blocks(team, target, args, 0, args.k, 0, args.n);
}

/// The matrix product with its finishing function chosen: the same code for every function.
template <class T, class Team>
void gemm_run(Team& team, T* workspace, gemm_product<T> one) {
  if (one.m == 0 || one.n == 0 || one.batch == 0) return;
  if (one.packed_b != nullptr) one.stride_b = 0;
  one = gemm_merge_batch(one);
  if (one.packed_b != nullptr) {
    return gemm_flat(team, workspace, one, gemm_source::packed,
                     gemm_packed<T>{one.packed_b, 0, 0, gemm_packed_elements<T>(one.n, 1)});
  }
  if (!one.trans_b && one.m <= gemm_sizes<T>::direct_rows) {
    return gemm_flat(team, workspace, one, gemm_source::direct, gemm_packed<T>{});
  }
  if (one.trans_b && one.m <= gemm_layout<T>::chunk_rows) {
    const gemm_source source = one.m <= gemm_thin_rows ? gemm_source::thin : gemm_source::own;
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

/// The matrix product; see `gemm_arguments`. `Function::value` is applied to each element before it is stored.
///
/// `workspace`: `gemm_workspace_elements<T>(team.size())` elements, aligned to 64 bytes; if B is packed beforehand,
/// `gemm_packed_workspace_elements` are enough. `Team`: has `team.size()` workers. `team.run(chunks, f)` calls
/// `f(worker, chunk)` once for every chunk, `worker < team.size()`, and returns when all are done. Allocates nothing.
template <class Function = identity_function, class T, class Team>
void gemm(Team& team, T* workspace, const gemm_arguments<T>& args, Function = {}) {
  static_assert(std::is_empty_v<Function>, "vscg: a product's function has no settings");
  gemm_run(team, workspace, gemm_product<T>{args, &gemm_finish<T, Function>});
}

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
