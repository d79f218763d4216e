// SPDX-License-Identifier: MIT
// A layer that is not in the list of its network's members would not be trained, saved or loaded.
// expect: VSCG_MEMBERS lists a different number of members than the struct has
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<128, 64> first;
  nn::linear<64, 28> second;
  VSCG_MEMBERS(first)
  using inputs = input_shapes<shape<dyn, 128>>;
  auto operator()(Var auto x) const { return second(first(x)); }
};
model<wrong, float, cpu> net{seed{1}};
