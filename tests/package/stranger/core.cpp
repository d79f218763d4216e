// SPDX-License-Identifier: MIT
#include <array>

#include <vscg/vscg.hpp>

#if defined(_OPENMP)
#include <omp.h>

#include <Eigen/Core>
#endif

// `max` is a macro here, and vscg::max<1> is not.
struct network {
  vscg::nn::linear<4, 2> last;
  VSCG_MEMBERS(last)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 2, 4>>;
  auto operator()(vscg::Var auto x) const { return last(vscg::max<1>(x)); }
};

int main() {
#if defined(_OPENMP)
  // The stranger decides whether its own products are threaded.
  omp_set_num_threads(3);
  if (Eigen::nbThreads() != 3) return 2;
#endif
  const vscg::model<network, float, vscg::cpu> net{vscg::seed{1}};
  const std::array<float, 24> three_items{};
  return net.infer(three_items).items == 3 ? 0 : 1;
}
