// SPDX-License-Identifier: MIT
// A network that does not list its members.
// expect: a layer or network lists its members with VSCG_MEMBERS
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<128, 64> only;
  using inputs = input_shapes<shape<dyn, 128>>;
  auto operator()(Var auto x) const { return only(x); }
};
model<wrong, float, cpu> net{seed{1}};
