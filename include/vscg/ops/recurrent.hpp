// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/recurrent_products.hpp>
#include <vscg/ops/recurrent_steps.hpp>

// The recurrence of every cell; `recurrent_steps.hpp` says what a cell is.

namespace vscg {

namespace ops {

/// A recurrence's results: all states and, on request, all values of the cell's own array, both of shape `States`.
template <class States, bool Cells>
struct recurrence_results : operation<States> {
  static constexpr std::uint32_t pullback_reads_result = 0b1;
};
template <class States>
struct recurrence_results<States, true> : operation<States, States> {
  static constexpr std::uint32_t pullback_reads_result = 0b11;
};

/// A layer of a cell over time, in `D` directions.
///
/// Operands: x [B, T, In], W_ih [D, G H, In], W_hh [D, G H, H], b_ih [D, G H], b_hh [D, G H] and, if `Initial`, the
/// states that each direction starts from, [B, D, H], followed by those of the cell's own array if it has one;
/// otherwise zeros. Result: all states [B, T, D H]; if `Cells`, followed by all values of the cell's own array.
///
/// With `Each`, x, its states and the result have these axes after the batch: an item is that many sequences, and each
/// of them is read on its own.
template <class Cell, int T, int In, int H, int D, bool Initial, bool Cells = false, int... Each>
struct recurrence : recurrence_results<shape<dyn, Each..., T, D * H>, Cells> {
  static_assert(!(Cells && Cell::carries_state), "vscg: this cell has no array of its own");
  static constexpr const char* name = [] {
    if constexpr (Cells)
      return Cell::name_with_cells;
    else
      return Cell::name;
  }();
  void settings(setting_list& to) const { to.add("hidden", H).add("directions", D); }
  static constexpr operand_index<0> input{};
  static constexpr operand_index<1> weight_ih{};
  static constexpr operand_index<2> weight_hh{};
  static constexpr operand_index<3> bias_ih{};
  static constexpr operand_index<4> bias_hh{};
  static constexpr operand_index<5> initial_states{};
  /// What the first step goes on from: those same states, or the cell's own array.
  static constexpr operand_index<Cell::carries_state ? 5 : 6> initial_carried{};

  using cell = Cell;
  static constexpr bool starts_from_arrays = Initial;
  static constexpr int operands = !Initial ? 5 : Cell::carries_state ? 6 : 7;
  static constexpr int steps = T;
  static constexpr int hidden = H;
  static constexpr int directions = D;
  static constexpr std::size_t gates = Cell::gates;
  static constexpr std::size_t sequences = (std::size_t{1} * ... * std::size_t{Each});  // of one item
  static constexpr std::size_t chain_states = sequences * D * H;                        // of one item
  static constexpr std::uint32_t pullback_reads_operands =
      operand_set(input, weight_ih, weight_hh) | (Initial ? operand_set(initial_states, initial_carried) : 0);
  static constexpr double flops_per_item = 2.0 * T * gates * chain_states * (In + H);
  static constexpr std::uint32_t prepared_operands = operand_set(weight_ih, weight_hh);

  static constexpr recurrent::sizes sizes_of(std::size_t items) { return {items * sequences, T, In, gates, H, D}; }

  template <class Executor>
  static constexpr auto prepared(std::uint32_t active) {
    return recurrent::packed_sizes<Executor>(sizes_of(0), (active & 1U) != 0, active != 0);
  }
  /// The gates, and what the cell keeps if that is no result.
  static constexpr std::array<slot_size, 2> saved() {
    return {slot_size{T * gates * chain_states, 0, 0}, slot_size{Cells ? 0 : T * chain_states, 0, 0}};
  }
  /// The hidden part of one step.
  static constexpr std::array<slot_size, 1> forward_scratch() {
    return {slot_size{Cell::hidden_part_apart ? gates * chain_states : 0, 0, 0}};
  }
  /// Previous states, dh, what is carried outside it, gradients of the hidden parts, column sums.
  static constexpr std::array<slot_size, 5> pullback_scratch() {
    return {slot_size{T * chain_states, 0, 0}, slot_size{chain_states, 0, 0},
            slot_size{Cell::carries_state ? 0 : chain_states, 0, 0},
            slot_size{Cell::hidden_part_apart ? T * gates * chain_states : 0, 0, 0},
            column_sums_scratch(T * sequences, gates * D * H)};
  }

  template <class C>
  void prepare(const C& c) const {
    recurrent::pack_weights(c.backend(), sizes_of(0), c.x(weight_ih), c.x(weight_hh), recurrent::packed_of(c));
  }

  template <class C>
  void forward(const C& c) const {
    multiply_inputs(c);
    run_steps(c);
  }
  template <class C>
  void pullback(const C& c) const {
    run_steps_back(c);
    gather_previous(c);
    pass_input_gradient(c);
    pass_weight_gradients(c);
    pass_initial_gradients(c);
  }

  // The parts of both, for an operation that takes the steps in another way.

  /// The gates' inputs x·W_ihᵀ + b_ih, for all steps at once.
  template <class C>
  static void multiply_inputs(const C& c) {
    using S = typename C::scalar;
    const recurrent::sizes sizes = sizes_of(c.items());
    detail::linear_forward<identity_function, typename C::executor, S>(
        c.backend(), sizes.rows(), In, sizes.gate_columns(), c.x(input), c.x(weight_ih), recurrent::packed_of(c).input,
        c.x(bias_ih), c.saved(0));
  }

  /// All steps, one after another: they turn the gates' inputs into gates.
  template <class C>
  static void run_steps(const C& c) {
    using S = typename C::scalar;
    using executor = typename C::executor;
    const recurrent::sizes sizes = sizes_of(c.items());
    const auto packed = recurrent::packed_of(c);
    S* const gate_values = c.saved(0);
    S* const part = Cell::hidden_part_apart ? c.scratch(0) : nullptr;
    recurrent::for_chains(c.backend(), sizes, [&](executor& one, const recurrent::chains& chains) {
      for (std::size_t order = 0; order < T; ++order) {
        if constexpr (Cell::hidden_part_apart)
          recurrent::hidden_product<executor, S>(one, sizes, chains, order, c.y(), initial(c, initial_states),
                                                 c.x(weight_hh), packed.hidden, c.x(bias_hh), part, 1, false);
        else
          recurrent::hidden_product<executor, S>(one, sizes, chains, order, c.y(), initial(c, initial_states),
                                                 c.x(weight_hh), packed.hidden, nullptr, gate_values, T, true);
        one.rows(chains.count, 10 * gates * H,
                 kernels::recurrent_step<Cell, S>{chains, order, T, H, c.x(bias_hh), part, initial(c, initial_carried),
                                                  gate_values, kept(c), c.y()});
      }
    });
  }

  /// All steps back: they turn the gates into gradients.
  template <class C>
  static void run_steps_back(const C& c) {
    using S = typename C::scalar;
    using executor = typename C::executor;
    const recurrent::sizes sizes = sizes_of(c.items());
    const auto packed = recurrent::packed_of(c);
    const recurrent::flows<S> to = flows_of(c);
    recurrent::for_chains(c.backend(), sizes, [&](executor& one, const recurrent::chains& chains) {
      for (std::size_t order = T; order-- > 0;) {
        one.rows(chains.count, 10 * gates * H,
                 kernels::recurrent_step_back<Cell, S>{chains, order, T, H, kept(c), c.y(), initial(c, initial_carried),
                                                       c.dy(), dkept(c), to.dgates, to.dhidden, to.dh, to.carried});
        if (order == 0 && !wants_initial(c, initial_states)) break;
        recurrent::hidden_gradient<executor, S>(one, sizes, chains, order, to.back(), c.x(weight_hh),
                                                packed.hidden_back, to.dh, Cell::carries_state);
      }
    });
  }

  /// The states that the steps started from, for W_hh's gradient.
  template <class C>
  static void gather_previous(const C& c) {
    using S = typename C::scalar;
    if constexpr (C::wants(weight_hh)) {
      c.backend().rows(sizes_of(c.items()).rows() * D, H,
                       recurrent::gather_previous<S>{T, D, H, c.y(), initial(c, initial_states), c.scratch(0)});
    }
  }

  // The operands' gradients, from those of the gates.

  template <class C>
  static void pass_input_gradient(const C& c) {
    if constexpr (C::wants(input)) {
      const recurrent::sizes sizes = sizes_of(c.items());
      detail::linear_input_gradient<typename C::executor, typename C::scalar>(
          c.backend(), sizes.rows(), In, sizes.gate_columns(), flows_of(c).dgates, c.x(weight_ih),
          recurrent::packed_of(c).input_back, c.dx(input));
    }
  }
  template <class C>
  static void pass_weight_gradients(const C& c) {
    if constexpr (C::wants(weight_ih)) {
      const recurrent::sizes sizes = sizes_of(c.items());
      detail::linear_weight_gradient<typename C::executor, typename C::scalar>(
          c.backend(), sizes.rows(), In, sizes.gate_columns(), flows_of(c).dgates, c.x(input), c.dx(weight_ih));
      pass_hidden_weight_gradients(c);
    }
  }
  /// Those of W_hh and both biases.
  template <class C>
  static void pass_hidden_weight_gradients(const C& c) {
    if constexpr (C::wants(weight_ih)) {
      using S = typename C::scalar;
      using executor = typename C::executor;
      const recurrent::sizes sizes = sizes_of(c.items());
      const recurrent::flows<S> from = flows_of(c);
      recurrent::hidden_weight_gradient<executor, S>(c.backend(), sizes, from.back(), c.scratch(0), c.dx(weight_hh));
      recurrent::bias_gradients(c.backend(), sizes, from, c.scratch(4), c.dx(bias_ih), c.dx(bias_hh));
    }
  }
  template <class C>
  static void pass_initial_gradients(const C& c) {
    if constexpr (Initial) {
      pass_initial_gradient(c, initial_states, flows_of(c).dh);
      if constexpr (!Cell::carries_state) pass_initial_gradient(c, initial_carried, flows_of(c).carried);
    }
  }
  template <class C, class Operand>
  static void pass_initial_gradient(const C& c, Operand to, const typename C::scalar* from) {
    if constexpr (C::wants(Operand{})) {
      c.backend().each(c.items() * chain_states, 1, kernels::copy_gradient<typename C::scalar>{from, c.dx(to)});
    }
  }

  template <class C>
  static recurrent::flows<typename C::scalar> flows_of(const C& c) {
    return {c.saved(0), Cell::hidden_part_apart ? c.scratch(3) : nullptr, c.scratch(1),
            Cell::carries_state ? c.scratch(1) : c.scratch(2)};
  }

  /// What the cell keeps, and its gradient; null: none arrives.
  template <class C>
  static typename C::scalar* kept(const C& c) {
    if constexpr (Cells)
      return c.y(result_index<1>{});
    else
      return c.saved(1);
  }
  template <class C>
  static const typename C::scalar* dkept([[maybe_unused]] const C& c) {
    if constexpr (Cells)
      return c.dy(result_index<1>{});
    else
      return nullptr;
  }

  /// `initial_states` or `initial_carried`; null: zeros.
  template <class C, class Operand>
  static const typename C::scalar* initial(const C& c, Operand which) {
    if constexpr (Initial)
      return c.x(which);
    else
      return nullptr;
  }
  template <class C, class Operand>
  static constexpr bool wants_initial(const C&, Operand which) {
    if constexpr (Initial)
      return C::wants(which);
    else
      return false;
  }
};

}  // namespace ops

namespace recurrent {

/// How many directions a weight [D, G H, In] has; a weight [G H, In] has one.
template <class Weight>
inline constexpr int directions_of = Weight::rank == 3 ? Weight::extents[0] : 1;

/// A weight [D, ...] of several directions, or [...] of one.
template <bool Stacked, int Directions, int... Extents>
using weight_shape = std::conditional_t<Stacked, shape<Directions, Extents...>, shape<Extents...>>;

/// The weights of one layer, and the sizes that follow from their shapes.
template <Var InputWeight, Var HiddenWeight, Var Biases>
struct layer_weights {
  static constexpr int inputs = extent<shape_of<InputWeight>, -1>;
  static constexpr int hidden = extent<shape_of<HiddenWeight>, -1>;
  static constexpr int directions = directions_of<shape_of<HiddenWeight>>;
  InputWeight w_ih;
  HiddenWeight w_hh;
  Biases b_ih, b_hh;
};
template <Var InputWeight, Var HiddenWeight, Var Biases>
layer_weights(InputWeight, HiddenWeight, Biases, Biases) -> layer_weights<InputWeight, HiddenWeight, Biases>;

/// Requires weights that fit each other. Those of a single direction have no direction axis, as in PyTorch.
template <class Cell, class Layer, Var InputWeight, Var HiddenWeight, Var BiasIh, Var BiasHh>
auto expect_weights(const InputWeight& given_w_ih, const HiddenWeight& given_w_hh, const BiasIh& given_b_ih,
                    const BiasHh& given_b_hh) {
  constexpr bool stacked = shape_of<HiddenWeight>::rank == 3;
  constexpr int D = directions_of<shape_of<HiddenWeight>>;
  using any_weight = weight_shape<stacked, D, any_extent, any_extent>;
  constexpr int H = extent<shape_of<decltype(expect_shape<Layer, any_weight>(given_w_hh))>, -1>;
  constexpr int gate_rows = static_cast<int>(Cell::gates) * H;
  const auto w_hh = expect_shape<Layer, weight_shape<stacked, D, gate_rows, H>>(given_w_hh);
  const auto w_ih = expect_shape<Layer, weight_shape<stacked, D, gate_rows, any_extent>>(given_w_ih);
  using biases = weight_shape<stacked, D, gate_rows>;
  const auto b_ih = expect_shape<Layer, biases>(given_b_ih);
  const auto b_hh = expect_shape<Layer, biases>(given_b_hh);
  return layer_weights{w_ih, w_hh, b_ih, b_hh};
}

/// Records one layer of `Cell` for `Layer`, which errors name. If `Cells`, the values of the cell's own array are a
/// second result.
template <class Cell, class Layer, bool Cells = false, Var X, Var InputWeight, Var HiddenWeight, Var BiasIh, Var BiasHh,
          Var... Initial>
auto record_layer(const X& given_x, const InputWeight& w_ih, const HiddenWeight& w_hh, const BiasIh& b_ih,
                  const BiasHh& b_hh, const Initial&... given_initial) {
  const auto with = expect_weights<Cell, Layer>(w_ih, w_hh, b_ih, b_hh);
  constexpr int In = decltype(with)::inputs;
  constexpr int H = decltype(with)::hidden;
  constexpr int D = decltype(with)::directions;
  const auto x = expect_batch<Layer, 3, In>(given_x);
  using Shape = shape_of<decltype(x)>;
  using states = with_extent<with_channels<Shape, H>, -2, D>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    using operation =
        ops::recurrence<Cell, extent<Shape, -2>, In, H, D, sizeof...(Initial) != 0, Cells, Shape::extents[1 + I]...>;
    return record(operation{}, x, with.w_ih, with.w_hh, with.b_ih, with.b_hh,
                  expect_shape<Layer, states>(given_initial)...);
  }
  (std::make_index_sequence<Shape::rank - 3>{});
}

}  // namespace recurrent

}  // namespace vscg

#include <vscg/core/end.hpp>
