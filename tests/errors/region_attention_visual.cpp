// SPDX-License-Identifier: MIT
// The attention with a picture of other channels.
// expect: shape_mismatch<.*region_attention<.*expects<512>.*gets<256>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  region_attention<> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 128>, shape<dyn, 10, 7, 7, 256>>;
  auto operator()(Var auto audio, Var auto visual) const { return layer(audio, visual).visual; }
};
model<wrong, float, cpu> net{seed{1}};
