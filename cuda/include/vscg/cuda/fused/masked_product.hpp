// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/cuda/fused/four_numbers.hpp>
#include <vscg/cuda/lanes.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/ops/relu.hpp>

// The gradient before relu of y = relu(…), if what follows is y·Wᵀ with few rows in W: d = (slopes·W) where y > 0, and
// its sums over rows, which a bias needs. A library would write the product, and a kernel read it, mask it and write it
// again; here it is written once.

namespace vscg::kernels {

/// What a block computes of such a product: up to 49 rows, 128 columns at a time. A warp has 7 of the rows, and a lane
/// 4 of the columns; their 28 sums stay in its registers. All warps read the same weights at about the same time, so a
/// cache has them for all but the first. Arrays begin at multiples of 16 bytes; `terms` and `columns` are multiples
/// of 4. `Number`: what y and the result are kept as.
template <class T, class Number = T>
struct masked_product {
  static constexpr unsigned warps = 7;
  static constexpr unsigned rows_of_warp = 7;
  static constexpr unsigned lanes = warps * cuda_detail::warp_lanes;
  static constexpr unsigned most_rows = warps * rows_of_warp;
  static constexpr unsigned most_terms = (most_rows + 3) / 4 * 4;
  static constexpr unsigned at_once = 4 * cuda_detail::warp_lanes;
  using slopes_of_rows = T[most_rows][most_terms];  // a tile that the block shares: zeros for rows that it has not
  using sums_of_warps = T[warps][at_once];

  unsigned terms;    // rows of W
  unsigned columns;  // 0: nothing is computed
  const T* weight;   // [terms, columns]
  const Number* y;   // [all rows, columns]
  Number* to;        // [all rows, columns]

  VSCG_HD unsigned passes() const { return (columns + at_once - 1) / at_once; }

  /// Rows row … row + rows - 1 of all rows: their columns of a pass.
  VSCG_HD void multiply(unsigned lane, unsigned pass, std::size_t row, unsigned rows, const slopes_of_rows& slopes,
                        sums_of_warps& sums) const {
    using four = four_numbers<T>;
    const unsigned first = lane / cuda_detail::warp_lanes * rows_of_warp;
    const unsigned own = 4 * (lane % cuda_detail::warp_lanes);
    const unsigned column = pass * at_once + own;
    four sum{};
    if (first < rows && column < columns) {
      four total[rows_of_warp] = {};
      for (unsigned k = 0; k < terms; k += 4) {
        four weights[4];
        VSCG_CUDA_UNROLL
        for (unsigned j = 0; j < 4; ++j) weights[j] = four::at(weight + ((k + j) * columns + column));
        VSCG_CUDA_UNROLL
        for (unsigned i = 0; i < rows_of_warp; ++i) {
          const four slope = four::at(&slopes[first + i][k]);
          VSCG_CUDA_UNROLL
          for (unsigned j = 0; j < 4; ++j) {
            VSCG_CUDA_UNROLL
            for (unsigned c = 0; c < 4; ++c) total[i].of[c] += slope.of[j] * weights[j].of[c];
          }
        }
      }
      // All are read before any is written: the compiler cannot know that they lie apart, and would wait for each.
      four kept[rows_of_warp];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < rows_of_warp; ++i) {
        const unsigned there = first + i < rows ? first + i : rows - 1;
        kept[i] = read_four(y + (row + there) * columns + column);
      }
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < rows_of_warp; ++i) {
        if (first + i >= rows) break;
        VSCG_CUDA_UNROLL
        for (unsigned c = 0; c < 4; ++c) {
          total[i].of[c] *= relu_function::derivative(kept[i].of[c]);
          sum.of[c] += total[i].of[c];
        }
        write_four(to + (row + first + i) * columns + column, total[i]);
      }
    }
    four::at(&sums[lane / cuda_detail::warp_lanes][own]) = sum;
  }

  /// to[column] = the sum of a column of a pass, over the block's rows.
  VSCG_HD void add_warps(unsigned lane, unsigned pass, const sums_of_warps& sums, T* sums_of_columns) const {
    const unsigned column = pass * at_once + lane;
    if (lane >= at_once || column >= columns) return;
    T total = sums[0][lane];
    VSCG_CUDA_UNROLL
    for (unsigned warp = 1; warp < warps; ++warp) total += sums[warp][lane];
    sums_of_columns[column] = total;
  }
};

/// The same for any number of rows, whose slopes lie in memory: a block for every 49 rows and 128 columns.
template <class T>
struct masked_product_of_rows {
  using product = masked_product<T>;
  static constexpr unsigned threads = product::lanes;
  struct shared {
    alignas(16) typename product::slopes_of_rows slopes;
    alignas(16) typename product::sums_of_warps sums;
  };
  struct own {};

  product of;
  std::size_t rows;
  const T* slopes;  // [rows, terms]
  T* partial;       // [tiles, columns]: sums over 49 rows

  /// How many times 49 rows.
  static constexpr std::size_t tiles(std::size_t rows) { return (rows + product::most_rows - 1) / product::most_rows; }
  std::size_t blocks() const { return tiles(rows) * of.passes(); }

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    using four = four_numbers<T>;
    const std::size_t tile = block.number() / of.passes();
    const unsigned pass = block.number() % of.passes();
    const std::size_t row = tile * product::most_rows;
    const unsigned count = static_cast<unsigned>(row + product::most_rows < rows ? product::most_rows : rows - row);
    shared& all = block.shared();
    block.lanes([&](unsigned lane, own&) {
      const unsigned fours = of.terms / 4;
      for (unsigned at = lane; at < product::most_rows * fours; at += threads) {
        four& to = four::at(&all.slopes[at / fours][at % fours * 4]);
        to = at / fours < count ? four::at(slopes + row * of.terms + 4 * at) : four{};
      }
    });
    block.lanes([&](unsigned lane, own&) { of.multiply(lane, pass, row, count, all.slopes, all.sums); });
    block.lanes([&](unsigned lane, own&) { of.add_warps(lane, pass, all.sums, partial + tile * of.columns); });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
