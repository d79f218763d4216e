// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <utility>

#include <vscg/core/config.hpp>
#include <vscg/cuda/fused/gradients.hpp>
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
  /// What a step back of one unit starts from.
  struct step_values {
    T gates[cell::gates];
    T kept;
    T before;    // what the step went on from
    T previous;  // h before the step
    T dstate;
  };
  struct own {
    typename Share::weights weights;
    T carried[Share::units_of_lane];  // what flows back outside the products
    step_values values[Share::units_of_lane];
  };

  cuda_detail::recurrent_blocks blocks;
  cuda_detail::recurrent_gradients<T> layers[2];

  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    const cuda_detail::block_chains chains = blocks.chains(block.number());
    const cuda_detail::recurrent_gradients<T>& layer = layers[chains.layer];
    load_weights(block, layer.w_hh + std::size_t{chains.direction} * Share::gate_rows * Share::hidden);
    block.lanes([&](unsigned lane, own& mine) { fetch(lane, mine, chains, layer, blocks.steps - 1); });
    for (unsigned order = blocks.steps; order-- > 0;) {
      step(block, chains, layer, order, std::make_index_sequence<cell::gates>{});
      if (order > 0 || layer.dh.data != nullptr) multiply(block, chains, layer, order);
    }
    if (layer.dh.data != nullptr || layer.carried.data != nullptr)
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

  VSCG_HD void fetch(unsigned lane, own& mine, const cuda_detail::block_chains& chains,
                     const cuda_detail::recurrent_gradients<T>& layer, unsigned order) const {
    constexpr unsigned H = Share::hidden;
    Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
      step_values& values = mine.values[place];
      const std::size_t at = blocks.at(chains, chain, order);
      VSCG_CUDA_UNROLL
      for (unsigned g = 0; g < cell::gates; ++g) values.gates[g] = layer.gates[at * Share::gate_rows + g * H + unit];
      values.kept = layer.kept[at * H + unit];
      values.before = values.previous = T(0);
      if (order > 0) {
        const std::size_t one_back = blocks.at(chains, chain, order - 1) * H + unit;
        values.previous = layer.states[one_back];
        values.before = cell::carries_state ? values.previous : layer.kept[one_back];
      } else if (layer.initial_states != nullptr) {
        const std::size_t first = blocks.state(chains, chain) * H + unit;
        values.previous = layer.initial_states[first];
        values.before = layer.initial_carried[first];
      }
      values.dstate = layer.dstates == nullptr ? T(0) : layer.dstates[at * H + unit];
    });
  }

  /// The products of a step, and what the one before it starts from: it arrives meanwhile.
  template <class Block>
  VSCG_HD void multiply(Block& block, const cuda_detail::block_chains& chains,
                        const cuda_detail::recurrent_gradients<T>& layer, unsigned order) const {
    block.lanes([&](unsigned lane, own& mine) {
      if (order > 0) fetch(lane, mine, chains, layer, order - 1);
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
    block.lanes([&](unsigned lane, own& mine) {
      shared& all = block.shared();
      Share::each_unit(lane, chains.count, [&](unsigned place, unsigned chain, unsigned unit) {
        const std::size_t at = blocks.at(chains, chain, order);
        step_values& values = mine.values[place];
        T(&gates)[cell::gates] = values.gates;
        T backs[cell::gates];
        const T from_h = values.dstate + (last ? T(0) : from_after(all.sums, mine, place, chain, unit, gate_numbers));
        T carried = last || cell::carries_state ? T(0) : mine.carried[place];
        cell::step_back(gates, backs, values.kept, values.before, from_h, carried);
        T* const gate = layer.gates + at * Share::gate_rows + unit;
        ((gate[G * H] = gates[G]), ...);
        if constexpr (cell::hidden_part_apart) {
          T* const back = layer.dhidden + at * Share::gate_rows + unit;
          ((back[G * H] = backs[G]), ...);
        }
        ((all.slopes[G * H + unit].of[chain] = cell::hidden_part_apart ? backs[G] : gates[G]), ...);
        if (layer.previous != nullptr) layer.previous[at * H + unit] = values.previous;
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
        if (layer.dh.data != nullptr) {
          cuda_detail::put(layer.dh, at, from_after(block.shared().sums, mine, place, chain, unit, gate_numbers));
        }
        cuda_detail::put(layer.carried, at, mine.carried[place]);
      });
    });
  }
};

}  // namespace vscg::kernels

#include <vscg/core/end.hpp>
