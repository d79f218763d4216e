// SPDX-License-Identifier: MIT
// A GRU over another number of channels than it is given.
// expect: shape_mismatch<.*bidirectional_gru<256, 128>.*expects<256>.*gets<128>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::bidirectional_gru<256, 128> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 128>>;
  auto operator()(Var auto x) const { return layer(x); }
};
model<wrong, float, cpu> net{seed{1}};
