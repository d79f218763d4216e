// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/cuda/fused/gradients.hpp>
#include <vscg/cuda/phases.hpp>

namespace vscg::kernels {

/// In one launch, the sums over the rows of up to four matrices of one size: what biases of recurrent layers take.
///
/// A block sums a few columns: lane (r, c) the rows r, r + 32, … of column c in order, then one lane what these have.
template <class T>
struct sums_at_once {
  static constexpr unsigned rows_at_once = 32;
  static constexpr unsigned columns_at_once = 32;
  static constexpr unsigned threads = rows_at_once * columns_at_once;
  struct shared {
    T sums[rows_at_once][columns_at_once];
  };
  struct own {};
  /// `also` gets the same sums.
  struct column_sums {
    const T* x;
    gradient<T> to, also;
  };

  std::size_t rows, columns;
  unsigned matrices;
  column_sums sums[4];

  void add(const column_sums& one) { sums[matrices++] = one; }
  std::size_t blocks() const { return matrices * blocks_of_matrix(); }

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    add_columns(block, sums[block.number() / blocks_of_matrix()], block.number() % blocks_of_matrix());
  }

 private:
  VSCG_HD std::size_t blocks_of_matrix() const { return (columns + columns_at_once - 1) / columns_at_once; }

  template <class Block>
  VSCG_HD void add_columns(Block& block, const column_sums& of, std::size_t piece) const {
    block.lanes([&](unsigned lane, own&) {
      const std::size_t column = piece * columns_at_once + lane % columns_at_once;
      T total(0);
      if (column < columns) total = sum_of(of.x, column, lane / columns_at_once);
      block.shared().sums[lane / columns_at_once][lane % columns_at_once] = total;
    });
    block.lanes([&](unsigned lane, own&) {
      const std::size_t column = piece * columns_at_once + lane;
      if (lane >= columns_at_once || column >= columns) return;
      T total(0);
      VSCG_CUDA_UNROLL
      for (unsigned r = 0; r < rows_at_once; ++r) total += block.shared().sums[r][lane];
      cuda_detail::put(of.to, column, total);
      cuda_detail::put(of.also, column, total);
    });
  }

  /// Of the rows first, first + 32, …: eight at a time, which do not wait for each other.
  VSCG_HD T sum_of(const T* x, std::size_t column, std::size_t first) const {
    constexpr std::size_t few = 8;
    T total(0);
    std::size_t r = first;
    for (; r + (few - 1) * rows_at_once < rows; r += few * rows_at_once) {
      T values[few];
      VSCG_CUDA_UNROLL
      for (std::size_t k = 0; k < few; ++k) values[k] = x[(r + k * rows_at_once) * columns + column];
      VSCG_CUDA_UNROLL
      for (std::size_t k = 0; k < few; ++k) total += values[k];
    }
    for (; r < rows; r += rows_at_once) total += x[r * columns + column];
    return total;
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
