// SPDX-License-Identifier: MIT
//
// Compares the matrix product with fixed blocking with Eigen's own, on the shapes of a training step and of the
// inference of one video, on one core. Every result is first checked against Eigen's. The two take turns; the shortest
// processor time of this thread counts, so that a busy machine disturbs little. "share" is the product's rate divided
// by the machine's product rate: Eigen's on [4900 x 512]·[512 x 512] in this run, by this compiler.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <string>

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 mistakes the undefined operands of AVX-512 intrinsics in Eigen's own product for uninitialized variables (GCC
// bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#ifndef EIGEN_DONT_PARALLELIZE
#define EIGEN_DONT_PARALLELIZE
#endif
#include <Eigen/Core>
#include <benchmark/benchmark.h>

#include <vscg/backend/eigen/gemm.hpp>
#include <vscg/core/random.hpp>

#include "machine.hpp"

namespace {

namespace ed = vscg::eigen_detail;

struct shape {
  const char* name;
  std::size_t m, n, k;
  bool trans_a = false, trans_b = false;
  std::size_t batch = 1;
};

constexpr shape shapes[] = {
    {"machine's product", 4900, 512, 512},
    {"linear x·Wt, 10 videos", 4900, 512, 512, false, true},
    {"linear x·Wt, 128 videos", 62720, 512, 512, false, true},
    {"linear x·Wt, 1 video", 490, 512, 512, false, true},
    {"weight gradient dyt·x, 128 videos", 512, 512, 62720, true, false},
    {"weight gradient dyt·x, 49 x 512", 49, 512, 62720, true, false},
    {"input gradient dy·W, 128 videos", 62720, 512, 512},
    {"linear 512 to 49, 128 videos", 62720, 49, 512, false, true},
    {"gradient 49 to 512, 128 videos", 62720, 512, 49},
    {"projection 256 to 256, 128 videos", 1280, 256, 256, false, true},
    {"recurrent step 1 x 128 to 512", 1, 512, 128, false, true},
    {"recurrent step 10 x 128 to 512", 10, 512, 128, false, true},
    {"recurrent step 128 x 128 to 512", 128, 512, 128, false, true},
    {"recurrent step back 128 x 512 to 128", 128, 128, 512},
    {"input half 10 x 256 to 1024", 10, 1024, 256, false, true},
    {"PSP v·at, 128 of 10 x 10 x 256", 10, 10, 256, false, true, 128},
    {"PSP beta·a, 128 of 10 x 256 x 10", 10, 256, 10, false, false, 128},
    {"PSP betat·v, 128 of 10 x 256 x 10", 10, 256, 10, true, false, 128},
};

struct alone {
  std::size_t size() const { return 1; }
  template <class F>
  void run(std::size_t chunks, F&& f) {
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) f(std::size_t{0}, chunk);
  }
};

template <class T>
struct release {
  void operator()(T* p) const { ::operator delete (p, std::align_val_t{64}); }
};
template <class T>
using memory = std::unique_ptr<T[], release<T>>;

template <class T>
memory<T> reserve(std::size_t count) {
  return memory<T>(static_cast<T*>(::operator new (std::max<std::size_t>(count, 1) * sizeof(T), std::align_val_t{64})));
}

template <class T>
memory<T> numbers(std::size_t count, const char* name) {
  memory<T> values = reserve<T>(count);
  const vscg::random_stream stream{vscg::seed{1}, name};
  constexpr std::size_t period = 65521;  // prime: no row repeats another
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = i < period ? static_cast<T>(stream.uniform(i) - 0.5) : values[i - period];
  }
  return values;
}

template <class T>
class product {
 public:
  explicit product(const shape& s)
      : shape_(s),
        a_(numbers<T>(s.batch * s.m * s.k, "a")),
        b_(numbers<T>(s.batch * s.k * s.n, "b")),
        c_(reserve<T>(s.batch * s.m * s.n)),
        expected_(reserve<T>(s.batch * s.m * s.n)),
        workspace_(reserve<T>(ed::gemm_workspace_elements<T>(1))),
        packed_(reserve<T>(ed::gemm_packed_elements<T>(s.n, s.k))) {
    args_.trans_a = s.trans_a, args_.trans_b = s.trans_b;
    args_.m = s.m, args_.n = s.n, args_.k = s.k;
    args_.a = a_.get(), args_.lda = s.trans_a ? s.m : s.k;
    args_.b = b_.get(), args_.ldb = s.trans_b ? s.k : s.n;
    args_.c = c_.get(), args_.ldc = s.n;
    args_.batch = s.batch, args_.stride_a = s.m * s.k, args_.stride_b = s.k * s.n, args_.stride_c = s.m * s.n;
    ed::gemm_pack(team_, packed_.get(), args_);
  }

  double operations() const {
    return 2.0 * static_cast<double>(shape_.batch) * static_cast<double>(shape_.m) * static_cast<double>(shape_.n) *
           static_cast<double>(shape_.k);
  }
  void run() { ed::gemm(team_, workspace_.get(), args_); }
  void run_packed() {
    auto args = args_;
    args.packed_b = packed_.get();
    ed::gemm(team_, workspace_.get(), args);
  }
  void run_eigen() {
    using matrix = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
    const auto m = static_cast<Eigen::Index>(shape_.m);
    const auto n = static_cast<Eigen::Index>(shape_.n);
    const auto k = static_cast<Eigen::Index>(shape_.k);
    for (std::size_t item = 0; item < shape_.batch; ++item) {
      T* const a = a_.get() + item * args_.stride_a;
      T* const b = b_.get() + item * args_.stride_b;
      matrix c(expected_.get() + item * args_.stride_c, m, n);
      if (shape_.trans_a) {
        c.noalias() = matrix(a, k, m).transpose() * matrix(b, k, n);
      } else if (shape_.trans_b) {
        c.noalias() = matrix(a, m, k) * matrix(b, n, k).transpose();
      } else {
        c.noalias() = matrix(a, m, k) * matrix(b, k, n);
      }
    }
  }
  /// The largest difference from Eigen's result, in units of the rounding expected for sums of this length.
  double error() {
    run();
    run_eigen();
    double worst = 0;
    for (std::size_t i = 0; i < shape_.batch * shape_.m * shape_.n; ++i) {
      const double difference = std::abs(static_cast<double>(c_[i]) - static_cast<double>(expected_[i]));
      worst = difference <= worst ? worst : difference;  // NaN counts as worst
    }
    const auto terms = static_cast<double>(shape_.k);
    return worst / (static_cast<double>(std::numeric_limits<T>::epsilon()) * terms);
  }

 private:
  shape shape_;
  memory<T> a_, b_, c_, expected_, workspace_, packed_;
  vscg::gemm_arguments<T> args_;
  alone team_;
};

/// The shortest time of one call; short calls are measured several at a time.
template <class F>
double shortest(double before, double operations, F&& f) {
  const int calls = std::max(1, static_cast<int>(2e7 / operations));
  const double start = benchmarks::processor_seconds();
  for (int i = 0; i < calls; ++i) f();
  return std::min(before, (benchmarks::processor_seconds() - start) / calls);
}

template <class T>
void measure(benchmark::State& state, const shape& s) {
  const double machine_rate = benchmarks::product_rate<T>();
  product<T> p(s);
  if (!(p.error() < 1)) {
    state.SkipWithError("the result differs from Eigen's");
    return;
  }
  double ours = std::numeric_limits<double>::infinity();
  double packed = ours;
  double eigen = ours;
  for (auto _ : state) {
    ours = shortest(ours, p.operations(), [&] { p.run(); });
    if (s.batch == 1 && !s.trans_a) packed = shortest(packed, p.operations(), [&] { p.run_packed(); });
    eigen = shortest(eigen, p.operations(), [&] { p.run_eigen(); });
    benchmark::ClobberMemory();
  }
  const double giga = p.operations() * 1e-9;
  state.counters["GFLOP/s"] = giga / ours;
  state.counters["packed"] = giga / packed;
  state.counters["Eigen"] = giga / eigen;
  state.counters["ratio"] = eigen / ours;
  state.counters["share"] = giga / ours / machine_rate;
  state.counters["us"] = ours * 1e6;
}

template <class T>
void add(const char* scalar) {
  for (const shape& s : shapes) {
    const auto name = std::string(scalar) + "/" + s.name;
    const bool large = s.m * s.n * s.k > (std::size_t{1} << 32U);
    benchmark::RegisterBenchmark(name.c_str(), [&s](benchmark::State& state) { measure<T>(state, s); })
        ->Iterations(large ? 3 : 40)
        ->Unit(benchmark::kMillisecond);
  }
}

const bool registered = [] {
  add<float>("float");
  add<double>("double");
  return true;
}();

}  // namespace
