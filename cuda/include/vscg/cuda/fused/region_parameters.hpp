// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/lanes.hpp>
#include <vscg/cuda/phases.hpp>

namespace vscg::kernels {

/// Rows of numbers that are left to add, and where their sums go; nowhere without data.
template <class T>
struct rows_to_add {
  const T* first;
  std::size_t count;
  std::size_t columns;
  gradient<T> sums;
};

/// What the parameters of an attention over regions learn, from sums and products that are already there: the first
/// blocks add up 32 columns each for the biases, some more for w_h, and the rest take the matrices out of their
/// padding.
template <class T>
struct attend_regions_parameters {
  static constexpr unsigned warps = 32;
  static constexpr unsigned columns_at_once = cuda_detail::warp_lanes;
  static constexpr unsigned threads = warps * columns_at_once;
  static constexpr unsigned rows_at_once = 8;
  struct shared {
    T totals[2][warps][columns_at_once];
  };
  struct own {};

  rows_to_add<T> audio_bias;
  rows_to_add<T> video_bias;  // as many columns
  rows_to_add<T> w_h;         // with their padding
  std::size_t regions;
  std::size_t elements;  // of each matrix, without its padding
  const T* v_product;
  const T* g_product;
  gradient<T> w_v;
  gradient<T> w_g;

  VSCG_HD std::size_t bias_blocks() const { return (audio_bias.columns + columns_at_once - 1) / columns_at_once; }
  VSCG_HD std::size_t sum_blocks() const { return bias_blocks() + (regions + columns_at_once - 1) / columns_at_once; }
  std::size_t blocks() const { return sum_blocks() + (elements + threads - 1) / threads; }

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    const std::size_t number = block.number();
    if (number < bias_blocks()) {
      add(block, number * columns_at_once, audio_bias.columns, audio_bias, video_bias);
    } else if (number < sum_blocks()) {
      add(block, (number - bias_blocks()) * columns_at_once, regions, w_h, rows_to_add<T>{});
    } else {
      block.lanes([&](unsigned lane, own&) {
        const std::size_t at = (number - sum_blocks()) * threads + lane;
        if (at >= elements) return;
        if (w_v.data != nullptr) cuda_detail::put(w_v, at, v_product[at]);
        if (w_g.data != nullptr) cuda_detail::put(w_g, at, g_product[at]);
      });
    }
  }

 private:
  /// The sums of some columns, of which the last is before `end`: each warp adds some of the rows.
  template <class Block>
  VSCG_HD static void add(Block& block, std::size_t first, std::size_t end, const rows_to_add<T>& one,
                          const rows_to_add<T>& other) {
    shared& all = block.shared();
    block.lanes([&](unsigned lane, own&) {
      const unsigned warp = lane / columns_at_once;
      const std::size_t column = first + lane % columns_at_once;
      if (column >= end) return;
      all.totals[0][warp][lane % columns_at_once] = part(warp, column, one);
      all.totals[1][warp][lane % columns_at_once] = part(warp, column, other);
    });
    block.lanes([&](unsigned lane, own&) {
      const std::size_t column = first + lane;
      if (lane >= columns_at_once || column >= end) return;
      cuda_detail::put(one.sums, column, together(all.totals[0], lane));
      cuda_detail::put(other.sums, column, together(all.totals[1], lane));
    });
  }
  /// Several rows are read at once, so that they do not wait for each other.
  VSCG_HD static T part(unsigned warp, std::size_t column, const rows_to_add<T>& rows) {
    T total(0);
    for (std::size_t row = warp; rows.sums.data != nullptr && row < rows.count; row += warps * rows_at_once) {
      T values[rows_at_once];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < rows_at_once; ++i)
        values[i] = row + i * warps < rows.count ? rows.first[(row + i * warps) * rows.columns + column] : T(0);
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < rows_at_once; ++i) total += values[i];
    }
    return total;
  }
  VSCG_HD static T together(const T (&totals)[warps][columns_at_once], unsigned column) {
    T total = totals[0][column];
    for (unsigned warp = 1; warp < warps; ++warp) total += totals[warp][column];
    return total;
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
