// SPDX-License-Identifier: MIT
// A network inside a function: the compiler says in its own words that templates have no place there.
// expect: template.* local class
#include <vscg/vscg.hpp>

using namespace vscg;

int main() {
  struct wrong {
    nn::linear<128, 64> only;
    VSCG_MEMBERS(only)
    using inputs = input_shapes<shape<dyn, 128>>;
    auto operator()(Var auto x) const { return only(x); }
  };
  return 0;
}
