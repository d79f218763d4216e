// SPDX-License-Identifier: MIT
// A product of matrices whose inner extents differ.
// expect: shape_mismatch<.*matmul<.*expects<7>.*gets<8>
// errors: 1
#include <vscg/vscg.hpp>

using namespace vscg;

struct wrong {
  nn::linear<1, 1> layer;
  VSCG_MEMBERS(layer)
  using inputs = input_shapes<shape<dyn, 5, 7>, shape<dyn, 8, 3>>;
  auto operator()(Var auto a, Var auto b) const { return matmul(a, b); }
};
model<wrong, float, cpu> net{seed{1}};
