// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <numeric>

namespace host_cuda {

/// The lane of `lanes` that comes as number k. Lanes may come in any order between two points where they wait for each
/// other, so the number of threads chooses one: forwards, backwards, shuffled. If bits depend on it, lanes meet in
/// memory. So may the rows and the elements of a launch.
inline std::size_t lane_at(std::size_t k, std::size_t lanes, std::size_t threads) {
  if (threads == 1) return k;
  if (threads == 2) return lanes - 1 - k;
  std::size_t step = 5;
  while (std::gcd(step, lanes) != 1) ++step;
  return (step * k + threads) % lanes;
}

}  // namespace host_cuda
