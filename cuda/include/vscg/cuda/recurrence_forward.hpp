// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <utility>

#include <vscg/core/config.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/cuda/recurrent_blocks.hpp>

namespace vscg::kernels {

/// All steps of a recurrent layer, or of two.
template <class Share>
struct recurrence_forward {
  using cell = typename Share::cell;
  using T = typename Share::scalar;
  static constexpr unsigned threads = Share::threads;
  /// Neighboring lanes read neighboring weights, so those that become registers come through shared memory, some
  /// columns at a time. An odd number of columns gives each lane that reads a row a memory bank of its own.
  static constexpr unsigned at_once = Share::hidden < 16 ? Share::hidden : 16;
  static constexpr unsigned pitch = (at_once < Share::in_shared_memory ? Share::in_shared_memory : at_once) | 1U;

  struct shared {
    typename Share::numbers h[Share::hidden];  // of the step before
    typename Share::sums sums;                 // W_hh h
    T weights[Share::gate_rows][pitch];
  };
  struct own {
    typename Share::weights weights;
    T carried[Share::units_of_lane];  // what the next step goes on from
    T gates[Share::units_of_lane][cell::gates];
  };

  cuda_detail::recurrent_blocks blocks;
  cuda_detail::recurrent_arrays<T> layers[2];

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    const cuda_detail::block_chains chains = blocks.chains(block.number());
    const cuda_detail::recurrent_arrays<T>& layer = layers[chains.layer];
    load_weights(block, layer.w_hh + std::size_t{chains.direction} * Share::gate_rows * Share::hidden);
    const bool from_zero = layer.initial_states == nullptr;
    if (!from_zero) load_states(block, chains, layer);
    for (unsigned order = 0; order < blocks.steps; ++order) {
      const bool first = order == 0 && from_zero;
      multiply(block, chains, layer, order, first);
      step(block, chains, layer, order, first, std::make_index_sequence<cell::gates>{});
    }
  }

 private:
  template <class Block>
  VSCG_HD static void load_weights(Block& block, const T* w_hh) {
    VSCG_CUDA_UNROLL
    for (unsigned first = 0; first < Share::in_registers; first += at_once) {
      const unsigned left = Share::in_registers - first;
      const unsigned count = left < at_once ? left : at_once;
      share_columns(block, w_hh, first, count);
      block.lanes([&](unsigned lane, own& mine) {
        VSCG_CUDA_UNROLL
        for (unsigned i = 0; i < Share::rows; ++i) {
          VSCG_CUDA_UNROLL
          for (unsigned k = 0; k < count; ++k)
            mine.weights[i][first + k] = block.shared().weights[Share::row(lane, i)][k];
        }
      });
    }
    if constexpr (Share::in_shared_memory > 0) share_columns(block, w_hh, Share::in_registers, Share::in_shared_memory);
  }

  /// Columns first, first + 1, … of W_hh.
  template <class Block>
  VSCG_HD static void share_columns(Block& block, const T* w_hh, unsigned first, unsigned count) {
    block.lanes([&](unsigned lane, own&) {
      for (unsigned i = lane; i < Share::gate_rows * count; i += threads)
        block.shared().weights[i / count][i % count] = w_hh[i / count * Share::hidden + first + i % count];
    });
  }

  template <class Block>
  VSCG_HD void load_states(Block& block, const cuda_detail::block_chains& chains,
                           const cuda_detail::recurrent_arrays<T>& layer) const {
    block.lanes([&](unsigned lane, own& mine) {
      Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
        const std::size_t at = blocks.state(chains, chain) * Share::hidden + unit;
        block.shared().h[unit].of[chain] = layer.initial_states[at];
        mine.carried[place] = layer.initial_carried[at];
      });
    });
  }

  /// The products of a step, and what the gates get from the inputs: it arrives meanwhile.
  template <class Block>
  VSCG_HD void multiply(Block& block, const cuda_detail::block_chains& chains,
                        const cuda_detail::recurrent_arrays<T>& layer, unsigned order, bool from_zero) const {
    block.lanes([&](unsigned lane, own& mine) {
      Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
        const T* const gate = layer.gates + blocks.at(chains, chain, order) * Share::gate_rows + unit;
        VSCG_CUDA_UNROLL
        for (unsigned g = 0; g < cell::gates; ++g) mine.gates[place][g] = gate[g * Share::hidden];
      });
      if (from_zero) return;
      shared& all = block.shared();
      Share::multiply(
          lane, mine.weights, all.h,
          [&](unsigned i, unsigned k) { return all.weights[Share::row(lane, i)][k - Share::in_registers]; }, all.sums);
    });
  }

  template <class Block, std::size_t... G>
  VSCG_HD void step(Block& block, const cuda_detail::block_chains& chains,
                    const cuda_detail::recurrent_arrays<T>& layer, unsigned order, bool from_zero,
                    std::index_sequence<G...>) const {
    constexpr unsigned H = Share::hidden;
    const T* const b_hh = layer.b_hh + chains.direction * Share::gate_rows;
    block.lanes([&](unsigned lane, own& mine) {
      shared& all = block.shared();
      Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
        const std::size_t at = blocks.at(chains, chain, order);
        T* const gate = layer.gates + at * Share::gate_rows + unit;
        const T sums[] = {from_zero ? T(0) : all.sums[chain][G * H + unit]...};
        T gates[] = {mine.gates[place][G] + (cell::hidden_part_apart ? T(0) : sums[G])...};
        const T parts[] = {b_hh[G * H + unit] + (cell::hidden_part_apart ? sums[G] : T(0))...};
        T keep(0);
        const T h = cell::step(gates, parts, from_zero ? T(0) : mine.carried[place], keep);
        ((gate[G * H] = gates[G]), ...);
        layer.kept[at * H + unit] = keep;
        layer.states[at * H + unit] = h;
        all.h[unit].of[chain] = h;
        mine.carried[place] = cell::carries_state ? h : keep;
      });
    });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
