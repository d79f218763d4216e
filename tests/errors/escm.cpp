// SPDX-License-Identifier: MIT
// Event semantic consistency modeling over other channels.
// expect: shape_mismatch<.*escm<.*expects<256>.*gets<128>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  escm<> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 10, 128>, shape<dyn, 10, 256>>;
  auto operator()(Var auto audio, Var auto visual) const { return layer(audio, visual).visual; }
};
model<wrong, float, cpu> net{seed{1}};
