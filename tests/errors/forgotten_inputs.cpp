// SPDX-License-Identifier: MIT
// A network that does not say what it takes.
// expect: the network does not say what it takes: it needs a member such as `using inputs = vscg::input_shapes<
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<128, 64> only;
  VSCG_MEMBERS(only)
  auto operator()(Var auto x) const { return only(x); }
};
model<wrong, float, cpu> net{seed{1}};
