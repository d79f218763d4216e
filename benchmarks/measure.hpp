// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

#include "machine.hpp"

// Runs a benchmark's loop and reports its rate, compared with what the machine can do.

namespace benchmarks {

/// Runs the state's loop and returns seconds per iteration, in wall-clock time, because work may have several threads.
template <class Work>
double run(benchmark::State& state, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  for (auto _ : state) {
    work();
    benchmark::ClobberMemory();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return seconds / static_cast<double>(state.iterations());
}

/// Reports "GFLOP/s" of products in float, and "share": of the machine's product rate times the threads.
inline void report_products(benchmark::State& state, double flops, std::size_t threads, double seconds) {
  const double achieved = flops * 1e-9 / seconds;
  state.counters["GFLOP/s"] = achieved;
  state.counters["share"] = achieved / (product_rate<float>() * static_cast<double>(threads));
}

/// Runs the state's loop in turns with the machine's product, because a machine that others use changes its speed from
/// one second to the next; reports medians over the turns. "share" is of one core's rate times the threads; "share of
/// cores" is of what as many cores reach when each has a product of its own. For benchmarks with manual time.
template <class Work>
void run_in_turns(benchmark::State& state, double flops, std::size_t threads, Work work) {
  constexpr int turns = 3;
  std::vector<double> rates;
  std::vector<double> shares;
  std::vector<double> of_cores;
  for (auto _ : state) {
    const double one = product_rate_now<float>(turns);
    const double all = threads == 1 ? one : product_rate_of_all<float>(threads, turns);
    int repetitions = 0;
    double seconds = 0;
    const auto begin = std::chrono::steady_clock::now();
    do {  // for as long as the machine's product takes
      work();
      ++repetitions;
      seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    } while (seconds < 0.08);
    const double after = product_rate_now<float>(turns);
    const double all_after = threads == 1 ? after : product_rate_of_all<float>(threads, turns);
    rates.push_back(flops * 1e-9 * repetitions / seconds);
    shares.push_back(2 * rates.back() / ((one + after) * static_cast<double>(threads)));
    of_cores.push_back(2 * rates.back() / (all + all_after));
    state.SetIterationTime(seconds / repetitions);
  }
  const auto median = [](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  state.counters["GFLOP/s"] = median(rates);
  state.counters["share"] = median(shares);
  state.counters["share of cores"] = median(of_cores);
}

/// Reports "GB/s" of arrays read and written, and "of_copy": divided by one core's rate of copying. Arrays that stay in
/// a cache can exceed 1.
inline void report_bytes(benchmark::State& state, double bytes, double seconds) {
  const double achieved = bytes * 1e-9 / seconds;
  state.counters["GB/s"] = achieved;
  state.counters["of_copy"] = achieved / copy_rate();
}

}  // namespace benchmarks
