// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>

#include <benchmark/benchmark.h>

#include "machine.hpp"

// Runs a benchmark's loop and reports what its work comes to, beside what the machine can do.

namespace benchmarks {

/// Runs the state's loop: seconds of an iteration, by the clock on the wall, since work may have several threads.
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

/// "GFLOP/s" of products in float, and "share": of the machine's product rate times the threads.
inline void report_products(benchmark::State& state, double flops, std::size_t threads, double seconds) {
  const double achieved = flops * 1e-9 / seconds;
  state.counters["GFLOP/s"] = achieved;
  state.counters["share"] = achieved / (product_rate<float>() * static_cast<double>(threads));
}

/// "GB/s" of arrays read and written, and "of_copy": divided by one core's rate of copying. Arrays that stay in a cache
/// can go beyond 1.
inline void report_bytes(benchmark::State& state, double bytes, double seconds) {
  const double achieved = bytes * 1e-9 / seconds;
  state.counters["GB/s"] = achieved;
  state.counters["of_copy"] = achieved / copy_rate();
}

}  // namespace benchmarks
