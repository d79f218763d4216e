// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/math.hpp>
#include <vscg/ops/recurrent.hpp>

namespace vscg {

/// A gated recurrent unit; gate order r, z, n as in PyTorch:
///
///   r, z = sigmoid(W x + b + U h + b'),  n = tanh(W x + b + r (U h + b')),  h = (1 - z) n + z h     (paper eq. 4-7).
struct gru_cell {
  static constexpr const char* name = "gru";
  static constexpr std::size_t gates = 3;
  static constexpr bool carries_state = true;
  static constexpr bool hidden_part_apart = true;  // r multiplies n's hidden part, which is kept

  template <class V>
  VSCG_HD static V step(V (&gate)[3], const V (&part)[3], V old, V& kept) {
    using math::sigmoid;
    using math::tanh;
    const V r = sigmoid(gate[0] + part[0]);
    const V z = sigmoid(gate[1] + part[1]);
    kept = part[2];
    const V n = tanh(gate[2] + r * kept);
    gate[0] = r;
    gate[1] = z;
    gate[2] = n;
    return (V(1) - z) * n + z * old;
  }
  template <class V>
  VSCG_HD static void step_back(V (&gate)[3], V (&back)[3], V kept, V old, V from_h, V& carried) {
    const V r = gate[0];
    const V z = gate[1];
    const V n = gate[2];
    const V dn = from_h * (V(1) - z) * (V(1) - n * n);
    const V dz = from_h * (old - n) * z * (V(1) - z);
    const V dr = dn * kept * r * (V(1) - r);
    gate[0] = back[0] = dr;
    gate[1] = back[1] = dz;
    gate[2] = dn;
    back[2] = dn * r;
    carried = from_h * z;
  }
};

/// PyTorch's nn.GRU with batch_first=True on x [B, T, In]: [B, T, D H], from zero states or from given ones [B, D, H]
/// (its h_0 with the batch first). Weights as in `ops::recurrence`; D = 2 directions or, without that axis, one. x may
/// have further axes after the batch, as for `lstm`.
template <class Layer = struct gru_function, Var X, Var InputWeight, Var HiddenWeight, Var BiasIh, Var BiasHh,
          Var... States>
requires(sizeof...(States) <= 1) auto gru(const X& x, const InputWeight& w_ih, const HiddenWeight& w_hh,
                                          const BiasIh& b_ih, const BiasHh& b_hh, const States&... initial) {
  return recurrent::record_layer<gru_cell, Layer>(x, w_ih, w_hh, b_ih, b_hh, initial...);
}
VSCG_OPERANDS_OF(gru, 5, 6)

}  // namespace vscg

#include <vscg/core/end.hpp>
