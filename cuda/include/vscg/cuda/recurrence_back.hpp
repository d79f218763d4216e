// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <utility>

#include <vscg/core/config.hpp>
#include <vscg/cuda/phases.hpp>
#include <vscg/cuda/recurrent_blocks.hpp>

namespace vscg::kernels {

/// All steps back of a recurrent layer, or of two. The gradient of h is a sum over all gates of all units: the sums
/// over the units of one gate are a lane's product, and the unit that needs them adds those of the gates.
template <class Share>
struct recurrence_back {
  using cell = typename Share::cell;
  using T = typename Share::scalar;
  static constexpr unsigned threads = Share::threads;

  struct shared {
    typename Share::numbers slopes[Share::gate_rows];  // of the hidden parts, of the step after
    typename Share::sums sums;                         // for each gate, its part of W_hhᵀ · slopes
    T weights[Share::in_shared_memory > 0 ? Share::in_shared_memory : 1][Share::gate_rows];
  };
  struct own {
    typename Share::weights weights;
    T carried[Share::units_of_lane];  // what flows back outside the products
  };

  cuda_detail::recurrent_blocks blocks;
  cuda_detail::recurrent_gradients<T> layers[2];

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    const cuda_detail::block_chains chains = blocks.chains(block.number());
    const cuda_detail::recurrent_gradients<T>& layer = layers[chains.layer];
    load_weights(block, layer.w_hh + std::size_t{chains.direction} * Share::gate_rows * Share::hidden);
    for (unsigned order = blocks.steps; order-- > 0;) {
      step(block, chains, layer, order, std::make_index_sequence<cell::gates>{});
      if (order > 0 || layer.dh != nullptr) multiply(block);
    }
    if (layer.dh != nullptr || layer.carried != nullptr)
      pass_on(block, chains, layer, std::make_index_sequence<cell::gates>{});
  }

 private:
  template <class Block>
  VSCG_HD static void load_weights(Block& block, const T* w_hh) {
    block.lanes([&](unsigned lane, own& mine) {
      VSCG_CUDA_UNROLL
      for (unsigned i = 0; i < Share::rows; ++i) {
        const T* const column = w_hh + Share::gate(lane) * Share::hidden * Share::hidden + Share::unit(lane, i);
        VSCG_CUDA_UNROLL
        for (unsigned k = 0; k < Share::in_registers; ++k) mine.weights[i][k] = column[k * Share::hidden];
        for (unsigned k = Share::in_registers; k < Share::hidden; ++k)
          block.shared().weights[k - Share::in_registers][Share::row(lane, i)] = column[k * Share::hidden];
      }
    });
  }

  template <class Block>
  VSCG_HD static void multiply(Block& block) {
    block.lanes([&](unsigned lane, own& mine) {
      shared& all = block.shared();
      Share::multiply(
          lane, mine.weights, all.slopes + Share::gate(lane) * Share::hidden,
          [&](unsigned i, unsigned k) { return all.weights[k - Share::in_registers][Share::row(lane, i)]; }, all.sums);
    });
  }

  /// What has come back to the state of a unit from the step after.
  template <std::size_t... G>
  VSCG_HD static T from_after(const typename Share::sums& sums, const own& mine, unsigned place, unsigned chain,
                              unsigned unit, std::index_sequence<G...>) {
    T total = cell::carries_state ? mine.carried[place] : T(0);
    ((total += sums[chain][G * Share::hidden + unit]), ...);
    return total;
  }

  template <class Block, std::size_t... G>
  VSCG_HD void step(Block& block, const cuda_detail::block_chains& chains,
                    const cuda_detail::recurrent_gradients<T>& layer, unsigned order,
                    std::index_sequence<G...> gate_numbers) const {
    constexpr unsigned H = Share::hidden;
    const bool last = order + 1 == blocks.steps;
    const bool from_zero = order == 0 && layer.initial_carried == nullptr;
    block.lanes([&](unsigned lane, own& mine) {
      shared& all = block.shared();
      Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
        const std::size_t at = blocks.at(chains, chain, order);
        T before(0);
        if (order > 0)
          before = (cell::carries_state ? layer.states : layer.kept)[blocks.at(chains, chain, order - 1) * H + unit];
        else if (!from_zero)
          before = layer.initial_carried[blocks.state(chains, chain) * H + unit];
        T* const gate = layer.gates + at * Share::gate_rows + unit;
        T gates[] = {gate[G * H]...};
        T backs[cell::gates];
        const T from_h = (layer.dstates == nullptr ? T(0) : layer.dstates[at * H + unit]) +
                         (last ? T(0) : from_after(all.sums, mine, place, chain, unit, gate_numbers));
        T carried = last || cell::carries_state ? T(0) : mine.carried[place];
        cell::step_back(gates, backs, layer.kept[at * H + unit], before, from_h, carried);
        ((gate[G * H] = gates[G]), ...);
        if constexpr (cell::hidden_part_apart) {
          T* const back = layer.dhidden + at * Share::gate_rows + unit;
          ((back[G * H] = backs[G]), ...);
        }
        ((all.slopes[G * H + unit].of[chain] = cell::hidden_part_apart ? backs[G] : gates[G]), ...);
        mine.carried[place] = carried;
      });
    });
  }

  /// The gradients of what the first step started from.
  template <class Block, std::size_t... G>
  VSCG_HD void pass_on(Block& block, const cuda_detail::block_chains& chains,
                       const cuda_detail::recurrent_gradients<T>& layer, std::index_sequence<G...> gate_numbers) const {
    block.lanes([&](unsigned lane, own& mine) {
      Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
        const std::size_t at = blocks.state(chains, chain) * Share::hidden + unit;
        if (layer.carried != nullptr) layer.carried[at] = mine.carried[place];
        if (layer.dh != nullptr) layer.dh[at] = from_after(block.shared().sums, mine, place, chain, unit, gate_numbers);
      });
    });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
