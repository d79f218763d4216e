// SPDX-License-Identifier: MIT
// A network whose call takes two operands, though it says that it has one input.
// expect: the network's call operator is const, takes as many operands as its `inputs` say, and compiles
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<128, 64> first, second;
  VSCG_MEMBERS(first, second)
  using inputs = input_shapes<shape<dyn, 128>>;
  auto operator()(Var auto x, Var auto y) const { return first(x) + second(y); }
};
auto make(const weights<wrong, float, cpu>& w) { return session(w).max_items(); }
