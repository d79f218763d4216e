// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/math.hpp>
#include <vscg/ops/recurrent.hpp>
#include <vscg/ops/recurrent_shared.hpp>

namespace vscg {

/// A long short-term memory; gate order i, f, g, o as in PyTorch:
///
///   i, f, o = sigmoid(W x + b + U h + b'),  g = tanh(W x + b + U h + b'),  c = f c + i g,  h = o tanh(c).
struct lstm_cell {
  static constexpr const char* name = "lstm";
  static constexpr const char* name_with_cells = "lstm_with_cells";
  static constexpr const char* name_with_shared = "lstm_with_shared";
  static constexpr std::size_t gates = 4;
  static constexpr bool carries_state = false;  // a step goes on from c, which is kept
  static constexpr bool hidden_part_apart = false;

  template <class V>
  VSCG_HD static V step(V (&gate)[4], const V (&part)[4], V old, V& kept) {
    using math::sigmoid;
    using math::tanh;
    const V i = sigmoid(gate[0] + part[0]);
    const V f = sigmoid(gate[1] + part[1]);
    const V g = tanh(gate[2] + part[2]);
    const V o = sigmoid(gate[3] + part[3]);
    kept = f * old + i * g;
    gate[0] = i;
    gate[1] = f;
    gate[2] = g;
    gate[3] = o;
    return o * tanh(kept);
  }
  template <class V>
  VSCG_HD static void step_back(V (&gate)[4], V (&)[4], V kept, V old, V from_h, V& carried) {
    using math::tanh;
    const V i = gate[0];
    const V f = gate[1];
    const V g = gate[2];
    const V o = gate[3];
    const V bounded = tanh(kept);
    const V from_c = from_h * o * (V(1) - bounded * bounded) + carried;
    gate[0] = from_c * g * i * (V(1) - i);
    gate[1] = from_c * old * f * (V(1) - f);
    gate[2] = from_c * i * (V(1) - g * g);
    gate[3] = from_h * bounded * o * (V(1) - o);
    carried = from_c * f;
  }
};

/// PyTorch's nn.LSTM with batch_first=True on x [B, T, In]: [B, T, D H], from zero states or from given h and c
/// [B, D, H] (its h_0 and c_0 with the batch first). Weights as in `ops::recurrence`; D = 2 directions or, without that
/// axis, one. x may have further axes after the batch, [B, ..., T, In]: an item is that many sequences, and result and
/// states have these axes too.
template <class Layer = struct lstm_function, Var X, Var InputWeight, Var HiddenWeight, Var BiasIh, Var BiasHh,
          Var... States>
requires(sizeof...(States) == 0 || sizeof...(States) == 2) auto lstm(const X& x, const InputWeight& w_ih,
                                                                     const HiddenWeight& w_hh, const BiasIh& b_ih,
                                                                     const BiasHh& b_hh, const States&... initial) {
  return recurrent::record_layer<lstm_cell, Layer>(x, w_ih, w_hh, b_ih, b_hh, initial...);
}
VSCG_OPERANDS_OF(lstm, 5, 7)

/// The same with all values of c as a second result: `const auto [h, c] = lstm_with_cells(...)`, both [B, T, D H].
template <class Layer = struct lstm_with_cells_function, Var X, Var InputWeight, Var HiddenWeight, Var BiasIh,
          Var BiasHh, Var... States>
requires(sizeof...(States) == 0 || sizeof...(States) == 2) auto lstm_with_cells(const X& x, const InputWeight& w_ih,
                                                                                const HiddenWeight& w_hh,
                                                                                const BiasIh& b_ih, const BiasHh& b_hh,
                                                                                const States&... initial) {
  return recurrent::record_layer<lstm_cell, Layer, true>(x, w_ih, w_hh, b_ih, b_hh, initial...);
}
VSCG_OPERANDS_OF(lstm_with_cells, 5, 7)

/// The same as `lstm` from zero states, where each of an item's sequences x [B, ..., T, In] also reads what they share
/// [B, T, K]: as if that were repeated for each of them and joined to x, but its products are computed once. W_ih has
/// the columns of x first: [D, 4 H, In + K].
template <class Layer = struct lstm_with_shared_function, Var X, Var Shared, Var InputWeight, Var HiddenWeight,
          Var BiasIh, Var BiasHh>
auto lstm_with_shared(const X& x, const Shared& shared, const InputWeight& w_ih, const HiddenWeight& w_hh,
                      const BiasIh& b_ih, const BiasHh& b_hh) {
  return recurrent::record_layer_with_shared<lstm_cell, Layer>(x, shared, w_ih, w_hh, b_ih, b_hh);
}
VSCG_OPERANDS_OF(lstm_with_shared, 6, 6)

}  // namespace vscg

#include <vscg/core/end.hpp>
