// SPDX-License-Identifier: MIT
// One member listed twice in place of another: the count is right, the list is not.
// expect: VSCG_MEMBERS lists a different number of members than the struct has
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<128, 64> first;
  nn::linear<64, 28> second;
  VSCG_MEMBERS(first, first)
  using inputs = input_shapes<shape<dyn, 128>>;
  auto operator()(Var auto x) const { return second(first(x)); }
};
model<wrong, float, cpu> net{seed{1}};
