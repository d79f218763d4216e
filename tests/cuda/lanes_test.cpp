// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "cuda/host_cuda.hpp"

namespace {

using vscg::cuda_detail::block_lanes;
using vscg::cuda_detail::lanes_of_row;
using vscg::cuda_detail::warp_lanes;

/// to[i] = from[i + 1] for two arrays that are one: lanes meet in memory.
struct shift_left {
  std::size_t n;
  double* x;
  template <class Group>
  void operator()(Group group, std::size_t) const {
    group.each(n - 1, [&](auto i) { i.store(x, i.load(x + 1)); });
  }
};

std::vector<double> shifted(std::size_t threads) {
  std::vector<double> x;
  for (int i = 0; i < 40; ++i) x.push_back(i);
  host_cuda::backend::executor<double>{vscg::threads{threads}}.rows(1, x.size(), shift_left{x.size(), x.data()});
  return x;
}

}  // namespace

TEST_CASE("cuda: a row has a warp, or a block where it is long") {
  CHECK(lanes_of_row(1) == warp_lanes);
  CHECK(lanes_of_row(2047) == warp_lanes);
  CHECK(lanes_of_row(2048) == block_lanes);
}

TEST_CASE_TEMPLATE("cuda: lanes take every element once, whatever their order", T, float, double) {
  for (const unsigned lanes : {warp_lanes, block_lanes}) {
    for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
      const host_cuda::group<T> group(lanes, threads);
      for (const std::size_t n : {0U, 1U, 5U, 31U, 32U, 33U, 255U, 256U, 257U, 1000U}) {
        std::vector<T> times(n, T(0));
        group.each(n, [&](auto i) { i.store(times.data(), i.load(times.data()) + 1); });
        group.integers(n, [&](std::size_t i) { times[i] += 1; });
        group.parts(n, [&](const auto& part, std::size_t i) {
          part.integers(1, [&](std::size_t) { times[i] += part.sum(4, [](auto) { return T(1); }); });
        });
        CHECK(times == std::vector<T>(n, T(6)));
        CHECK(group.sum(n, [](auto i) { return static_cast<T>(i.at + 1); }) == static_cast<T>(n * (n + 1) / 2));
        for (const std::size_t peak : {std::size_t{0}, n / 2, n - 1}) {
          const auto value = [&](auto i) { return i.at == peak ? T(-1) : T(-2); };
          CHECK(group.max(n, value) == (n == 0 ? -std::numeric_limits<T>::infinity() : T(-1)));
        }
      }
    }
  }
}

TEST_CASE("cuda: the order of a sum is that of the device") {
  // Lane 0 adds 1e16 and 1, which is lost; in any other lane the 1 stays until the lanes meet.
  std::vector<double> x(64, 0);
  x[0] = 1e16, x[1] = -1e16, x[32] = 1;
  const auto sum = [&](unsigned lanes) {
    return host_cuda::group<double>(lanes, 1).sum(x.size(), [&](auto i) { return i.load(x.data()); });
  };
  CHECK(sum(warp_lanes) == 0);
  CHECK(sum(block_lanes) == 1);
  x[16] = 1, x[32] = 0;  // lane 16 meets lane 0 first
  CHECK(sum(warp_lanes) == 0);
  x[16] = 0, x[2] = 1;  // lane 2 meets lane 0 after lane 1 does not: the last step is between neighbors
  CHECK(sum(warp_lanes) == 0);
  x[2] = 0, x[3] = 1;  // lane 3 meets lane 1
  CHECK(sum(warp_lanes) == 0);
}

TEST_CASE("cuda: lanes that meet in memory are seen by their order") {
  CHECK(shifted(1) != shifted(2));
  CHECK(shifted(1) != shifted(7));
}
