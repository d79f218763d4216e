// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>

// How the lanes of a block share the products with W_hh of one direction, so that all steps read the weights once. A
// lane has some rows of one gate: forward, rows of W_hh; back, rows of the transpose of that gate's part. The first
// weights of each row are in its registers, the others in memory that the block shares. A block advances some chains
// together, and every weight serves all of them.

namespace vscg::cuda_detail {

/// W_hh [G H, H] in `Rows` rows for each lane, `InRegisters` weights of each row in registers, for `Chains` chains.
template <class Cell, class T, int H, int Rows, int InRegisters, int Chains>
struct recurrent_share {
  static constexpr bool fits = true;
  using cell = Cell;
  using scalar = T;
  static constexpr unsigned hidden = H;
  static constexpr unsigned gate_rows = static_cast<unsigned>(Cell::gates) * H;
  static constexpr unsigned rows = Rows;
  static constexpr unsigned in_registers = InRegisters;
  static constexpr unsigned in_shared_memory = hidden - in_registers;
  static constexpr unsigned chains = Chains;
  static constexpr unsigned threads = gate_rows / rows;
  static constexpr unsigned units_of_lane = (chains * hidden + threads - 1) / threads;
  static_assert(hidden % rows == 0 && 0 < in_registers && in_registers <= hidden && (chains & (chains - 1)) == 0);

  /// A number of each chain, read at once.
  struct alignas(sizeof(T) * chains < 16 ? sizeof(T) * chains : 16) numbers {
    T of[chains];
  };
  using weights = T[rows][in_registers];
  using sums = T[chains][gate_rows];

  /// The gate that a lane has rows of; the unit that its i-th row belongs to; the number of that row.
  VSCG_HD static constexpr unsigned gate(unsigned lane) { return lane / (hidden / rows); }
  VSCG_HD static constexpr unsigned unit(unsigned lane, unsigned i) {
    return lane % (hidden / rows) + i * (hidden / rows);
  }
  VSCG_HD static constexpr unsigned row(unsigned lane, unsigned i) { return gate(lane) * hidden + unit(lane, i); }

  /// The sums of a lane's rows, for all chains, also those that are not there: row · x. `rest(i, k)` is weight k of its
  /// i-th row if it is not in registers.
  template <class Rest>
  VSCG_HD static void multiply(unsigned lane, const weights& own, const numbers* x, Rest rest, sums& to) {
    numbers total[rows] = {};
    VSCG_CUDA_UNROLL
    for (unsigned k = 0; k < in_registers; ++k) {
      const numbers values = x[k];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < rows; ++i) add_products(own[i][k], values, total[i]);
    }
    VSCG_CUDA_UNROLL
    for (unsigned k = in_registers; k < hidden; ++k) {
      const numbers values = x[k];
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < rows; ++i) add_products(rest(i, k), values, total[i]);
    }
    VSCG_CUDA_UNROLL
    for (unsigned i = 0; i < rows; ++i) {
      VSCG_CUDA_UNROLL
      for (unsigned c = 0; c < chains; ++c) to[c][row(lane, i)] = total[i].of[c];
    }
  }

  /// f(place, chain, unit) for a lane's part of all units of the first `count` chains. Lanes take them in turn, and a
  /// lane's place for what it keeps of a unit is always the same.
  template <class F>
  VSCG_HD static void each_unit(unsigned lane, unsigned count, F f) {
    VSCG_CUDA_UNROLL
    for (unsigned place = 0; place < units_of_lane; ++place) {
      const unsigned chain = (lane + place * threads) / hidden;
      const unsigned unit = (lane + place * threads) % hidden;
      if (chain < count) f(place, chain, unit);
    }
  }

 private:
  VSCG_HD static void add_products(T weight, const numbers& x, numbers& to) {
    VSCG_CUDA_UNROLL
    for (unsigned c = 0; c < chains; ++c) to.of[c] += weight * x.of[c];
  }
};

template <class T>
using lstm_share_of_128 = recurrent_share<lstm_cell, T, 128, 2, 104, 4>;
template <class T>
using gru_share_of_128 = recurrent_share<gru_cell, T, 128, 1, 120, 4>;

/// What every device from compute capability 7.5 on can hold: 255 registers a lane, 64 KiB of shared memory. A layer
/// without a specialization does not fit, and takes its steps in launches of their own.
template <class Cell, class T, int H>
struct device_recurrent_share {
  static constexpr bool fits = false;
};
template <>
struct device_recurrent_share<lstm_cell, float, 128> : lstm_share_of_128<float> {};
template <>
struct device_recurrent_share<gru_cell, float, 128> : gru_share_of_128<float> {};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
