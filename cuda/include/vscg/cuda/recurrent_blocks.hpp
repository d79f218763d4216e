// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/ops/recurrent_products.hpp>

// Which chains a block has, and where their arrays lie. Letters as in ops/recurrent_products.hpp.

namespace vscg::cuda_detail {

/// The chains of a block: neighboring items of one layer in one direction.
struct block_chains {
  unsigned layer;
  unsigned direction;
  unsigned item;  // the first one
  unsigned count;
};

/// The chains of a launch: those of one layer or two of the same sizes, with all items in all directions.
struct recurrent_blocks {
  unsigned items;
  unsigned steps;
  unsigned directions;
  unsigned together;  // chains that a block can have

  VSCG_HD unsigned of_direction() const { return (items + together - 1) / together; }
  VSCG_HD unsigned of_layer() const { return directions * of_direction(); }

  VSCG_HD block_chains chains(unsigned block) const {
    const unsigned item = block % of_direction() * together;
    const unsigned left = items - item;
    return {block / of_layer(), block / of_direction() % directions, item, left < together ? left : together};
  }
  /// A chain's row of an array [B, D, …].
  VSCG_HD std::size_t state(const block_chains& of, unsigned chain) const {
    return std::size_t{of.item + chain} * directions + of.direction;
  }
  /// A chain's row of an array [B, T, D, …] at its `order`-th step.
  VSCG_HD std::size_t at(const block_chains& of, unsigned chain, unsigned order) const {
    const std::size_t time = recurrent::time_of(of.direction, order, steps);
    return (std::size_t{of.item + chain} * steps + time) * directions + of.direction;
  }
};

/// The arrays of a layer on the way forward.
template <class T>
struct recurrent_arrays {
  const T* w_hh;
  const T* b_hh;
  const T* initial_states;   // [B, D, H]; null: zeros
  const T* initial_carried;  // [B, D, H]: what the first step goes on from
  T* gates;                  // what they get from the inputs; become gates
  T* kept;
  T* states;
};

/// The arrays of a layer on the way back.
template <class T>
struct recurrent_gradients {
  const T* w_hh;
  const T* initial_states;  // null: zeros
  const T* initial_carried;
  const T* kept;
  const T* states;
  const T* dstates;     // null: no gradient arrives
  T* gates;             // become gradients
  T* dhidden;           // of the hidden parts [B, T, D, G H]; null if they are the gates' gradients
  gradient<T> dh;       // [B, D, H]: of the initial states; without data: not needed
  T* previous;          // becomes the state that each step started from, [B, T, D, H]; null: not needed
  gradient<T> carried;  // [B, D, H]: of the initial state of the cell's own array; without data: not needed
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
