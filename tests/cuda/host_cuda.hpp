// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/immediate_queue.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/backend/scalar_index.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/gemm.hpp>
#include <vscg/cuda/lanes.hpp>
#include <vscg/cuda/roundings.hpp>

#include "cuda/host_block.hpp"
#include "cuda/lane_order.hpp"
#include "cuda/late_branches.hpp"

// The CUDA backend's way of working, on the host: all lanes of a row in one thread, one after the other, with the
// device's order of sums; products by a function that takes column-major matrices. The number of threads chooses the
// order of lanes, and when branches are launched: see lane_order.hpp and late_branches.hpp.

namespace host_cuda {

/// The lanes of one row.
template <class T>
class group {
 public:
  group(unsigned lanes, std::size_t threads) : lanes_(lanes), threads_(threads) {}

  template <class F>
  void each(std::size_t n, F f) const {
    strided(n, [&](unsigned, std::size_t i) { f(vscg::scalar_index<T>{i}); });
  }
  template <class F>
  void integers(std::size_t n, F f) const {
    strided(n, [&](unsigned, std::size_t i) { f(i); });
  }
  template <class F>
  void counters(std::size_t n, F f) const {
    strided(n, [&](unsigned, std::size_t i) { f(vscg::scalar_counter<T>{i}); });
  }
  template <class F>
  void parts(std::size_t n, F f) const {
    const unsigned warps = lanes_ / vscg::cuda_detail::warp_lanes;
    for (unsigned w = 0; w < warps; ++w) {
      for (std::size_t k = lane_at(w, warps, threads_); k < n; k += warps) {
        f(group(vscg::cuda_detail::warp_lanes, threads_), k);
      }
    }
  }
  template <class F>
  T sum(std::size_t n, F f) const {
    all_lanes totals{};
    strided(n, [&](unsigned lane, std::size_t i) { totals[lane] = totals[lane] + f(vscg::scalar_index<T>{i}); });
    return exchanged(totals, vscg::cuda_detail::sum_of_lanes{});
  }
  template <class F>
  T max(std::size_t n, F f) const {
    all_lanes largest;
    largest.fill(-vscg::math::infinity<T>);
    const vscg::cuda_detail::larger_of_lanes larger;
    strided(n,
            [&](unsigned lane, std::size_t i) { largest[lane] = larger(largest[lane], f(vscg::scalar_index<T>{i})); });
    return exchanged(largest, larger);
  }

 private:
  using all_lanes = std::array<T, vscg::cuda_detail::block_lanes>;

  template <class F>
  void strided(std::size_t n, F f) const {
    for (unsigned k = 0; k < lanes_; ++k) {
      const auto lane = static_cast<unsigned>(lane_at(k, lanes_, threads_));
      for (std::size_t i = lane; i < n; i += lanes_) f(lane, i);
    }
  }

  template <class Combine>
  T exchanged(all_lanes values, Combine combine) const {
    using vscg::cuda_detail::warp_lanes;
    for (unsigned bit = warp_lanes / 2; bit > 0; bit /= 2) {
      const all_lanes before = values;
      for (unsigned lane = 0; lane < lanes_; ++lane) values[lane] = combine(before[lane], before[lane ^ bit]);
    }
    if (lanes_ == warp_lanes) return values[0];
    std::array<T, vscg::cuda_detail::block_warps> warps;
    for (unsigned warp = 0; warp < warps.size(); ++warp) warps[warp] = values[warp * warp_lanes];
    return vscg::cuda_detail::together(warps.data(), combine);
  }

  unsigned lanes_;
  std::size_t threads_;
};

inline double number(double x) { return x; }
inline double number(float x) { return static_cast<double>(x); }
inline double number(vscg::cuda_detail::bf16 x) { return static_cast<double>(to_float(x)); }

/// result = left·right (+ result), one product after the other, as a column-major library computes it, with sums of
/// type `Sum`.
template <class Sum = double, class T, class Operand>
void multiply(const vscg::cuda_detail::column_major_product<T, Operand>& p) {
  // A stride may go backwards.
  const auto at = [](const auto& matrix, std::size_t item, std::size_t row, std::size_t column) -> auto& {
    const std::size_t place = matrix.transposed ? column + row * matrix.leading : row + column * matrix.leading;
    return matrix.data[static_cast<std::ptrdiff_t>(item * matrix.stride + place)];
  };
  for (std::size_t item = 0; item < p.batch; ++item) {
    for (std::size_t column = 0; column < p.result.columns; ++column) {
      for (std::size_t row = 0; row < p.result.rows; ++row) {
        T& to = at(p.result, item, row, column);
        Sum sum = 0;
        for (std::size_t k = 0; k < p.inner; ++k) {
          sum = static_cast<Sum>(static_cast<double>(sum) +
                                 number(at(p.left, item, row, k)) * number(at(p.right, item, k, column)));
        }
        const Sum all = p.accumulate ? static_cast<Sum>(number(to)) + sum : sum;
        to = vscg::cuda_detail::narrowed<T>(static_cast<vscg::cuda_detail::wide<T>>(all));
      }
    }
  }
}

/// A product of other numbers with the same sizes, without arrays.
template <class To, class From>
vscg::gemm_arguments<To> of_same_sizes(const vscg::gemm_arguments<From>& p) {
  vscg::gemm_arguments<To> q;
  q.trans_a = p.trans_a, q.trans_b = p.trans_b, q.accumulate = p.accumulate;
  q.m = p.m, q.n = p.n, q.k = p.k, q.batch = p.batch;
  q.lda = p.lda, q.ldb = p.ldb, q.ldc = p.ldc;
  q.stride_a = p.stride_a, q.stride_b = p.stride_b, q.stride_c = p.stride_c;
  return q;
}

/// The backend: host memory, everything else as `cuda_backend`.
struct backend {
  static constexpr const char* name = "cuda on the host";
  using memory = vscg::host_memory;
  static constexpr vscg::stretch_limits stretches{};

  template <class T>
  class executor : public vscg::immediate_queue<vscg::host_memory> {
   public:
    explicit executor(vscg::threads n) : threads_(n.count), branches_(n.count) {}
    static constexpr std::size_t workers() { return 1; }
    static constexpr std::size_t bytes() { return 0; }

    template <class F>
    void each(std::size_t n, std::size_t, const F& f) {
      branches_.launch([n, f, threads = threads_] {
        for (std::size_t k = 0; k < n; ++k) f(vscg::scalar_index<T>{lane_at(k, n, threads)});
      });
    }
    template <class F>
    void rows(std::size_t n, std::size_t row_elements, const F& f) {
      const group<T> lanes(vscg::cuda_detail::lanes_of_row(row_elements), threads_);
      branches_.launch([n, f, lanes, threads = threads_] {
        for (std::size_t k = 0; k < n; ++k) f(lanes, lane_at(k, n, threads));
      });
    }
    template <class F>
    void blocks(std::size_t n, const F& f) {
      branches_.launch([n, f, threads = threads_] { run_blocks(n, f, threads); });
    }
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    template <class Function = vscg::identity_function>
    void gemm(const vscg::gemm_arguments<T>& arguments, Function = {}) {
      branches_.launch([arguments, this] {
        vscg::cuda_detail::gemm<Function>(arguments, by_definition, launch_each(), launch_rows());
      });
    }
    template <class Function = vscg::identity_function>
    void gemm_pair(const vscg::gemm_arguments<T>& first, const vscg::gemm_arguments<T>& second, Function = {}) {
      branches_.launch([first, second, this] {
        vscg::cuda_detail::gemm_pair<Function>(first, second, by_definition, launch_each(), launch_rows());
      });
    }
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const vscg::gemm_arguments<T>&, T*) {}
    template <class F>
    void beside(const F& f, vscg::branch where) {
      branches_.beside(f, where);
    }
    void join() { branches_.join(); }
    void join_older() { branches_.join_older(); }
    void wait() { branches_.join(); }

   protected:
    late_branches& branches() { return branches_; }

   private:
    static bool by_definition(const vscg::cuda_detail::column_major_product<T>& product, bool) {
      multiply(product);
      return false;  // bias and function are left to a kernel
    }
    auto launch_each() {
      return [this](std::size_t n, const auto& kernel) { this->each(n, 1, kernel); };
    }
    auto launch_rows() {
      return
          [this](std::size_t n, std::size_t row_elements, const auto& kernel) { this->rows(n, row_elements, kernel); };
    }

    std::size_t threads_;
    late_branches branches_;
  };
};

}  // namespace host_cuda
