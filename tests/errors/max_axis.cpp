// SPDX-License-Identifier: MIT
// A maximum over an axis that is not supported yet.
// expect: vscg::max: expected axis 1, the time of
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<3, 3> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 5, 3>>;
  auto operator()(Var auto x) const { return max<2>(layer(x)); }
};
model<wrong, float, cpu> net{seed{1}};
