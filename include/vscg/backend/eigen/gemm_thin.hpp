// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>

#include <Eigen/Core>

#include <vscg/backend/eigen/gemm_kernel.hpp>
#include <vscg/backend/eigen/gemm_packing.hpp>
#include <vscg/core/config.hpp>

// One or two rows of A times B stored `[n,k]`: a step of a recurrent layer for one video. Each element of B is used
// once or twice, so it is transposed in registers and never stored.
namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {
namespace eigen_detail {

/// It pays up to this many rows.
inline constexpr std::size_t gemm_thin_rows = 2;

/// target[Rows, 2 · lanes]; `row` are the stored rows of B (its columns) from the first k on; element (i, k) of A
/// is a[i · a_row + k · a_k]. Blocks of k are chains, as in a tile.
template <class T, std::size_t Rows>
VSCG_NOINLINE void gemm_thin_tile(std::size_t depth, const T* a, std::size_t a_row, std::size_t a_k,
                                  const T* const* row, T* target, bool adds) {
  namespace ei = Eigen::internal;
  using packet = typename gemm_sizes<T>::packet;
  constexpr std::size_t lanes = gemm_sizes<T>::lanes;
  std::size_t begin = 0;
  do {
    packet sum[2][Rows];
    VSCG_UNROLL for (std::size_t p = 0; p < 2; ++p) {
      VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i) sum[p][i] = ei::pset1<packet>(T(0));
    }
    const std::size_t end = std::min(depth, begin + gemm_sizes<T>::depth);
    std::size_t k = begin;
    if constexpr (lanes > 1) {
      for (; k + lanes <= end; k += lanes) {
        VSCG_UNROLL for (std::size_t p = 0; p < 2; ++p) {
          transpose_block(
              row + p * lanes, k, [&](std::size_t at, const auto& right) __attribute__((always_inline)) {
                VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i) {
                  sum[p][i] = ei::pmadd(ei::pset1<packet>(a[i * a_row + at * a_k]), packet(right), sum[p][i]);
                }
              });
        }
      }
    }
    for (; k < end; ++k) {
      VSCG_UNROLL for (std::size_t p = 0; p < 2; ++p) {
        alignas(64) T right[lanes];
        for (std::size_t l = 0; l < lanes; ++l) right[l] = row[p * lanes + l][k];
        VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i) {
          sum[p][i] = ei::pmadd(ei::pset1<packet>(a[i * a_row + k * a_k]), ei::ploadu<packet>(right), sum[p][i]);
        }
      }
    }
    VSCG_UNROLL for (std::size_t p = 0; p < 2; ++p) {
      VSCG_UNROLL for (std::size_t i = 0; i < Rows; ++i) {
        T* const to = target + (2 * i + p) * lanes;
        ei::pstoreu(to, adds ? ei::padd(ei::ploadu<packet>(to), sum[p][i]) : sum[p][i]);
      }
    }
    adds = true;
    begin = end;
  } while (begin != depth);
}

/// `Rows` rows of C over all columns of the strip; `strip.b` is B as stored, `strip.b_step` its leading dimension.
template <class T, std::size_t Rows>
void gemm_thin(const gemm_strip<T>& strip, const T* a, std::size_t a_row, std::size_t a_k) {
  constexpr std::size_t width = gemm_sizes<T>::columns;
  for (std::size_t j = 0; j < strip.columns; j += width) {
    const std::size_t columns = std::min(width, strip.columns - j);
    const T* row[width];
    for (std::size_t l = 0; l < width; ++l) row[l] = strip.b + (j + std::min(l, columns - 1)) * strip.b_step;
    alignas(64) T tile[Rows * width];
    if (strip.add) gemm_begin(strip, tile, width, 0, Rows, j, columns);
    gemm_thin_tile<T, Rows>(strip.depth, a, a_row, a_k, row, tile, strip.add);
    strip.finish(strip, tile, width, 0, Rows, j, columns);
  }
}

}  // namespace eigen_detail
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
