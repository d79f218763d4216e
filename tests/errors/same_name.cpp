// SPDX-License-Identifier: MIT
// Two layers under one name would share their weights' names in a file.
// expect: VSCG_NAMED_MEMBERS gives the same name to two members
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<128, 64> first;
  nn::linear<64, 28> second;
  VSCG_NAMED_MEMBERS((first, "layer"), (second, "layer"))
  using inputs = input_shapes<shape<dyn, 128>>;
  auto operator()(Var auto x) const { return second(first(x)); }
};
model<wrong, float, cpu> net{seed{1}};
