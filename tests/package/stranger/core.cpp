// SPDX-License-Identifier: MIT
#include <array>

#include <vscg/vscg.hpp>

// `max` is a macro here, and vscg::max<1> is none.
struct network {
  vscg::nn::linear<4, 2> last;
  VSCG_MEMBERS(last)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 2, 4>>;
  auto operator()(vscg::Var auto x) const { return last(vscg::max<1>(x)); }
};

int main() {
  const vscg::model<network, float, vscg::cpu> net{vscg::seed{1}};
  const std::array<float, 24> three_items{};
  return net.infer(three_items).items == 3 ? 0 : 1;
}
