// SPDX-License-Identifier: MIT
// CERE on a video of 12 segments: three steps would remain for two directions.
// expect: 8 to 11 segments
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  cere<> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 12, 256>>;
  auto operator()(Var auto x) const { return layer(x); }
};
model<wrong, float, cpu> net{seed{1}};
