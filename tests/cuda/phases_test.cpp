// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/config.hpp>
#include <vscg/cuda/sums_at_once.hpp>

#include "cuda/host_cuda.hpp"

namespace {

/// Sums of 40 numbers, one block for each: a tree in shared memory. Without a wait between loading and adding, lanes
/// meet.
template <bool Waits>
struct tree_sum {
  static constexpr unsigned threads = 20;
  struct shared {
    double x[40];
  };
  struct own {
    double second;
  };
  const double* from;
  double* to;
  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    double* const x = block.shared().x;
    const double* const first = from + 40 * block.number();
    block.lanes([&](unsigned lane, own& mine) {
      x[lane] = first[lane];
      mine.second = first[20 + lane];
      if (!Waits) x[lane] += x[(lane + 1) % 20];
    });
    block.lanes([&](unsigned lane, own& mine) { x[lane] += mine.second; });
    for (unsigned step : {10U, 5U}) {
      block.lanes([&](unsigned lane, own&) {
        if (lane < step) x[lane] += x[lane + step];
      });
    }
    block.lanes([&](unsigned lane, own&) {
      if (lane == 0) to[block.number()] = x[0] + x[1] + x[2] + x[3] + x[4];
    });
  }
};

/// What lanes find before anyone has written: to[0] what they share, to[1 + lane] their own.
struct found_at_first {
  static constexpr unsigned threads = 3;
  struct shared {
    float x;
  };
  struct own {
    float x;
  };
  float* to;
  template <class Block>
  VSCG_HD void operator()(Block& block) const {
    block.lanes([&](unsigned lane, own& mine) {
      to[1 + lane] = mine.x;
      mine.x = 1;
      if (lane == 0) to[0] = block.shared().x;
    });
    block.lanes([&](unsigned lane, own&) {
      if (lane == 0) block.shared().x = 1;
    });
  }
};

using executor = host_cuda::backend::executor<double>;

template <bool Waits>
std::vector<double> sums(std::size_t threads) {
  std::vector<double> x(3 * 40);
  std::iota(x.begin(), x.end(), 1.0);
  std::vector<double> y(3);
  executor{vscg::threads{threads}}.blocks(3, tree_sum<Waits>{x.data(), y.data()});
  return y;
}

}  // namespace

TEST_CASE("cuda: every order of lanes has each lane once") {
  for (const std::size_t lanes : {1U, 2U, 5U, 20U, 32U, 35U, 256U}) {
    for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
      std::vector<int> times(lanes);
      for (std::size_t k = 0; k < lanes; ++k) ++times[host_cuda::lane_at(k, lanes, threads)];
      CHECK(times == std::vector<int>(lanes, 1));
    }
  }
}

TEST_CASE("cuda: blocks go through all phases with what lanes share and what they own, in any order of lanes") {
  const std::vector<double> expected{20 * 41, 20 * 121, 20 * 201};
  for (const std::size_t threads : {1U, 2U, 3U, 7U}) CHECK(sums<true>(threads) == expected);
}

TEST_CASE("cuda: lanes that meet in one phase are seen by their order") {
  CHECK(sums<false>(1) != sums<false>(2));
  CHECK(sums<false>(1) != sums<false>(7));
}

TEST_CASE("cuda: a block begins with nothing in its memory") {
  std::vector<float> found(4, 0.0F);
  executor{vscg::threads{1}}.blocks(2, found_at_first{found.data()});  // the last block's is what it leaves
  for (const float x : found) CHECK(std::isnan(x));
}

TEST_CASE("cuda: sums of any number of rows and columns in any order of lanes") {
  constexpr std::size_t columns = 35;
  for (const std::size_t rows : {0U, 1U, 31U, 33U, 256U, 700U}) {
    std::vector<double> x(rows * columns), expected(columns);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<double>(i * i % 101);
      expected[i % columns] += x[i];
    }
    for (const std::size_t threads : {1U, 2U, 3U}) {
      std::vector<double> first(columns, 1), second(columns, 1), third(columns, 1);
      vscg::kernels::sums_at_once<double> kernel{};
      kernel.rows = rows;
      kernel.columns = columns;
      kernel.add({x.data(), {first.data(), false}, {second.data(), true}});
      kernel.add({x.data(), {third.data(), true}, {nullptr, false}});
      executor{vscg::threads{threads}}.blocks(kernel.blocks(), kernel);
      CHECK(first == expected);
      CHECK(second == third);
      for (std::size_t c = 0; c < columns; ++c) CHECK(third[c] == expected[c] + 1);
    }
  }
}
