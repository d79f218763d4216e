// SPDX-License-Identifier: MIT
#include <array>

#include <vscg/vscg.hpp>

#if defined(_OPENMP)
#include <omp.h>

#include <Eigen/Core>
#endif

int main() {
#if defined(_OPENMP)
  // Whether the stranger's own products are threaded is the stranger's business.
  omp_set_num_threads(3);
  if (Eigen::nbThreads() != 3) return 2;
#endif
  using layer = vscg::nn::linear<4, 2>;
  const vscg::model<layer, float, vscg::cpu, vscg::input_shapes<vscg::shape<vscg::dyn, 4>>> net{vscg::seed{1}};
  const std::array<float, 12> three_rows{};
  return net.infer(three_rows).items == 3 ? 0 : 1;
}
