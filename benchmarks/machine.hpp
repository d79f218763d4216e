// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <numeric>
#include <string>
#include <thread>
#include <time.h>
#include <vector>

// What this machine can do on one core, measured in the same run: without that, a figure from one machine says nothing
// on another one.

namespace benchmarks {

/// Processor time of this thread: other work on the machine hardly affects it.
inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The shortest of several turns: a disturbance can only make a turn longer.
template <class F>
double shortest_of(int turns, F&& f) {
  double best = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < turns; ++turn) {
    const double start = processor_seconds();
    f();
    best = std::min(best, processor_seconds() - start);
  }
  return best;
}

/// GFLOP/s of Eigen's own product, [4900 x 512]·[512 x 512], by this compiler: the best of `turns`, now. It is defined
/// in machine.cpp, which is fully optimized even if a benchmark's own file is not.
template <class T>
double product_rate_now(int turns);

/// The same, measured once per process.
template <class T>
double product_rate() {
  static const double rate = product_rate_now<T>(30);
  return rate;
}

/// The sum of the rates that `threads` threads reach at the same time, each with a product of its own.
template <class T>
double product_rate_of_all(std::size_t threads, int turns) {
  std::vector<double> rates(threads);
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back([&, i] { rates[i] = product_rate_now<T>(turns); });
  rates[0] = product_rate_now<T>(turns);
  for (auto& other : others) other.join();
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

/// GB/s of memcpy on arrays that no cache holds, counting bytes read and written.
inline double copy_rate() {
  static const double rate = [] {
    constexpr std::size_t bytes = std::size_t{1} << 28U;
    std::vector<char> from(bytes, 1);
    std::vector<char> to(bytes);
    const double seconds = shortest_of(15, [&] {
      std::memcpy(to.data(), from.data(), bytes);
      from[0] = to[bytes - 1];  // so that no copy can be optimized away
    });
    return 2e-9 * static_cast<double>(bytes) / seconds;
  }();
  return rate;
}

inline const char* compiler() {
#if defined(__clang__)
  return "clang++";
#else
  return "g++";
#endif
}

[[noreturn]] inline void refuse(const std::string& what) {
  std::cerr << "not measured: " << what << '\n';
  std::exit(1);
}

}  // namespace benchmarks
