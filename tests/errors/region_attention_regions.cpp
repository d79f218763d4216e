// SPDX-License-Identifier: MIT
// The attention with a picture of other regions.
// expect: shape_mismatch<.*region_attention<.*expects<49>.*gets<64>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  region_attention<> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 128>, shape<dyn, 10, 8, 8, 512>>;
  auto operator()(Var auto audio, Var auto visual) const { return layer(audio, visual).visual; }
};
model<wrong, float, cpu> net{seed{1}};
