// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <utility>

#include <vscg/core/config.hpp>
#include <vscg/ops/recurrent_products.hpp>

// One step of every cell, and one step back. A cell is a struct of static members that describes one step of one unit:
//
//   name, gates             as PyTorch counts and orders them
//   name_with_cells         the operation's name if it also returns the cell's own array
//   carries_state           whether a step goes on from the last state h itself, or from an array of the cell's own (c)
//   hidden_part_apart       whether the cell needs h·W_hhᵀ and x·W_ihᵀ separately, or only their sum
//   V step(gate, part, old, kept)
//                           `gate`: W_ih x + b_ih (+ W_hh h) of each gate; becomes the gate. `part`: what is still to
//                           be added, W_hh h + b_hh or b_hh alone. `old`: what the step goes on from. Returns the new
//                           h. `kept` is what the way back needs; for a cell with its own array, that is the new c.
//   void step_back(gate, back, kept, old, from_h, carried)
//                           `gate`: the gate; becomes the gradient of its argument. `back`: the same for W_hh's part,
//                           if it is separate. `from_h`: the gradient of h. `carried`: the gradient of the new c from
//                           the step after, 0 if there is none; becomes that of `old`.

namespace vscg {

namespace kernels {

/// One step of one direction of one item.
template <class Cell, class T>
struct recurrent_step {
  recurrent::chains chains;
  std::size_t order;
  std::size_t steps;
  std::size_t hidden;
  const T* b_hh;
  const T* hidden_part;  // h·W_hhᵀ + b_hh of this step [B, D, G H]; null if the gates already hold h·W_hhᵀ
  const T* initial;      // what the first step goes on from, [B, D, H]; null: zeros
  T* gates;
  T* kept;
  T* states;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    step(group, row, std::make_index_sequence<Cell::gates>{});
  }

 private:
  template <class Group, std::size_t... G>
  VSCG_HD void step(Group group, std::size_t row, std::index_sequence<G...>) const {
    const std::size_t at = chains.at(row, order, steps);
    const std::size_t state = chains.state(row);
    const std::size_t gate_row = Cell::gates * hidden;
    const bool from_zero = order == 0 && initial == nullptr;
    const T* const part =
        hidden_part == nullptr || from_zero ? b_hh + chains.direction(row) * gate_row : hidden_part + state * gate_row;
    const T* before = nullptr;
    if (order > 0)
      before = (Cell::carries_state ? states : kept) + chains.at(row, order - 1, steps) * hidden;
    else if (!from_zero)
      before = initial + state * hidden;
    T* const gate = gates + at * gate_row;
    group.each(hidden, [&](auto i) {
      using V = typename decltype(i)::value;
      V gate_values[] = {i.load(gate + G * hidden)...};
      const V part_values[] = {i.load(part + G * hidden)...};
      V keep(0);
      const V h = Cell::step(gate_values, part_values, from_zero ? V(0) : i.load(before), keep);
      (i.store(gate + G * hidden, gate_values[G]), ...);
      i.store(kept + at * hidden, keep);
      i.store(states + at * hidden, h);
    });
  }
};

/// One step back.
template <class Cell, class T>
struct recurrent_step_back {
  recurrent::chains chains;
  std::size_t order;
  std::size_t steps;
  std::size_t hidden;
  const T* kept;
  const T* states;
  const T* initial;  // as in the step
  const T* dstates;  // null: no gradient arrives
  const T* dkept;    // the same for a cell's own array
  T* gates;          // become gradients
  T* dhidden;        // of the hidden parts [B, T, D, G H]; null if they are the gates' gradients
  T* dh;             // [B, D, H]: what flows back in time through the products
  T* carried;        // [B, D, H]: what flows back in time outside them
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    step_back(group, row, std::make_index_sequence<Cell::gates>{});
  }

 private:
  template <class Group, std::size_t... G>
  VSCG_HD void step_back(Group group, std::size_t row, std::index_sequence<G...>) const {
    const std::size_t at = chains.at(row, order, steps);
    const std::size_t state = chains.state(row);
    const bool last = order + 1 == steps;
    const bool from_zero = order == 0 && initial == nullptr;
    const T* before = nullptr;
    if (order > 0)
      before = (Cell::carries_state ? states : kept) + chains.at(row, order - 1, steps) * hidden;
    else if (!from_zero)
      before = initial + state * hidden;
    T* const gate = gates + at * Cell::gates * hidden;
    T* const back = dhidden == nullptr ? nullptr : dhidden + at * Cell::gates * hidden;
    group.each(hidden, [&](auto i) {
      using V = typename decltype(i)::value;
      V gate_values[] = {i.load(gate + G * hidden)...};
      V back_values[Cell::gates];
      // After the last step comes zero, which is added too: whether a product and a sum become one instruction decides
      // the bits, so all steps run the same ones.
      const V arrives = dstates == nullptr ? V(0) : i.load(dstates + at * hidden);
      const V from_h = arrives + (last ? V(0) : i.load(dh + state * hidden));
      V carry = last || Cell::carries_state ? V(0) : i.load(carried + state * hidden);
      if (dkept != nullptr) carry = carry + i.load(dkept + at * hidden);
      Cell::step_back(gate_values, back_values, i.load(kept + at * hidden), from_zero ? V(0) : i.load(before), from_h,
                      carry);
      (i.store(gate + G * hidden, gate_values[G]), ...);
      if constexpr (Cell::hidden_part_apart) (i.store(back + G * hidden, back_values[G]), ...);
      i.store(carried + state * hidden, carry);
    });
  }
};

}  // namespace kernels

}  // namespace vscg

#include <vscg/core/end.hpp>
