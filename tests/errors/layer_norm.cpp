// SPDX-License-Identifier: MIT
// A normalization over other channels.
// expect: shape_mismatch<.*layer_norm<256.*expects<256>.*gets<128>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::layer_norm<256> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 128>>;
  auto operator()(Var auto x) const { return layer(x); }
};
model<wrong, float, cpu> net{seed{1}};
