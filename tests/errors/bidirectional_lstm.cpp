// SPDX-License-Identifier: MIT
// An LSTM over another number of channels than it is given.
// expect: shape_mismatch<.*bidirectional_lstm<128, 64>.*expects<128>.*gets<512>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::bidirectional_lstm<128, 64> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 512>>;
  auto operator()(Var auto x) const { return layer(x); }
};
model<wrong, float, cpu> net{seed{1}};
