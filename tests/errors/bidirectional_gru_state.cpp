// SPDX-License-Identifier: MIT
// A GRU started from states of another size than its own.
// expect: shape_mismatch<.*bidirectional_gru<256, 128>.*expects<128>.*gets<64>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::bidirectional_gru<256, 128> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 256>, shape<dyn, 2, 64>>;
  auto operator()(Var auto x, Var auto state) const { return layer(x, state); }
};
model<wrong, float, cpu> net{seed{1}};
