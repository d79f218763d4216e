// SPDX-License-Identifier: MIT
#include "machine.hpp"

#include <Eigen/Core>

namespace benchmarks {

template <class T>
double product_rate_now(int turns) {
  using matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  thread_local const matrix a = matrix::Random(4900, 512);
  thread_local const matrix b = matrix::Random(512, 512);
  thread_local matrix c(4900, 512);
  return 2.0 * 4900 * 512 * 512 * 1e-9 / shortest_of(turns, [&] { c.noalias() = a * b; });
}

template double product_rate_now<float>(int);
template double product_rate_now<double>(int);

}  // namespace benchmarks
