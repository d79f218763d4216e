// SPDX-License-Identifier: MIT
// The attention with a sound of other channels.
// expect: shape_mismatch<.*region_attention<.*expects<128>.*gets<96>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  region_attention<> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 96>, shape<dyn, 10, 7, 7, 512>>;
  auto operator()(Var auto audio, Var auto visual) const { return layer(audio, visual).visual; }
};
model<wrong, float, cpu> net{seed{1}};
