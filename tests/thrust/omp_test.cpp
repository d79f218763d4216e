// SPDX-License-Identifier: MIT
#include <cstddef>
#include <omp.h>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/thrust/backend.hpp>
#include <vscg/backend/thrust/omp.hpp>

#include "model/small_training.hpp"
#include "ops/cases/product.hpp"
#include "ops/cases/rows.hpp"

namespace {

using omp = vscg::thrust_backend<vscg::thrust_system::omp>;

/// The weights of a small network after some steps.
template <class Backend>
std::vector<double> trained(std::size_t threads) {
  vscg::model<small_training::small_network, double, Backend> net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{threads},
                  small_training::of(40, 0, true));
  const small_training::data d(40);
  for (int step = 0; step < 5; ++step) t.step(d.x, d.y);
  return small_training::flat(net);
}

/// taken[i] = the thread that computed element i
struct record_thread {
  double* taken;
  template <class Index>
  void operator()(Index i) const {
    taken[i.at] = omp_get_thread_num();
  }
};

}  // namespace

TEST_CASE("thrust: OpenMP gives the bits of the sequential system, for any number of threads") {
  const auto expected = trained<vscg::thrust_backend<vscg::thrust_system::cpp>>(1);
  for (const std::size_t threads : {1U, 2U, 5U}) CHECK(trained<omp>(threads) == expected);
}

TEST_CASE("thrust: OpenMP uses as many threads as it is told, and leaves the caller's number alone") {
  omp_set_num_threads(3);
  omp::executor<double> executor(vscg::threads{2});
  CHECK(executor.workers() == 2);
  std::vector<double> taken(100, -1);
  executor.each(taken.size(), 1, record_thread{taken.data()});
  CHECK(taken.front() == 0);
  CHECK(taken.back() == 1);
  CHECK(omp_get_max_threads() == 3);
}

TEST_CASE("thrust: operations keep the contract on OpenMP's threads") {
  contract::check<contract::rows_cases, float, omp>();
  contract::check<contract::linear_cases, float, omp>();
}
