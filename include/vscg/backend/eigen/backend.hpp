// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include <vscg/backend/eigen/gemm.hpp>
#include <vscg/backend/eigen/lanes.hpp>
#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/immediate_queue.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

/// The host's processor: Eigen's vector functions, a matrix product with fixed blocking, and a team of threads.
///
/// A backend is a type with a `memory` and an `executor`: a few primitives that every operation is written with.
struct eigen_backend {
  static constexpr const char* name = "eigen";
  using memory = host_memory;
  static constexpr stretch_limits stretches{std::size_t{1} << 16U, std::size_t{1} << 18U, 8};

  /// Computes for one session, with its own team and workspace. Work is split by outputs, so results do not depend on
  /// the number of threads.
  template <class T>
  class executor : public immediate_queue<host_memory> {
   public:
    explicit executor(threads n) : team_(n), workspace_(eigen_detail::gemm_workspace_elements<T>(n.count)) {
      if (n.count == 1) return;
      for (std::size_t i = 0; i < n.count; ++i) alone_.push_back(std::make_unique<executor>(threads(1)));
    }

    std::size_t workers() const { return team_.size(); }
    /// Bytes of memory that it holds for any program.
    std::size_t bytes() const {
      std::size_t total = workspace_.bytes();
      for (const auto& one : alone_) total += sizeof(executor) + one->bytes();
      return total;
    }

    /// f(index) for the elements 0 … n-1 of an array, each of about `cost` elements of work.
    template <class F>
    VSCG_NOINLINE void each(std::size_t n, std::size_t cost, const F& f) {
      const auto call = [](const void* function, std::size_t begin, std::size_t end) {
        eigen_detail::lane_group<T>::range(begin, end, *static_cast<const F*>(function));
      };
      run_chunks(n, 64, cost, call, &f);
    }

    /// f(group, row) for rows 0 … n-1, each of about `row_elements` elements of work.
    template <class F>
    VSCG_NOINLINE void rows(std::size_t n, std::size_t row_elements, const F& f) {
      const auto call = [](const void* function, std::size_t begin, std::size_t end) {
        const F& kernel = *static_cast<const F*>(function);
        for (std::size_t row = begin; row < end; ++row) kernel(eigen_detail::lane_group<T>{}, row);
      };
      run_chunks(n, 1, row_elements, call, &f);
    }

    /// f(executor, begin, end) for independent ranges that make up [0, n), each on one worker alone.
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      if (alone_.empty()) return f(*this, 0, n);
      const std::size_t parts = std::min(n, alone_.size());
      team_.run(parts, [&](std::size_t worker, std::size_t part) {
        f(*alone_[worker], n * part / parts, n * (part + 1) / parts);
      });
    }

    /// The product of `arguments`, with `Function::value` applied to each element.
    template <class Function = identity_function>
    void gemm(const gemm_arguments<T>& arguments, Function = {}) {
      eigen_detail::gemm(team_, workspace_.data(), arguments, Function{});
    }

    /// Elements that `pack` writes for a B of [k, n]; 0: nothing is packed beforehand.
    static constexpr std::size_t packed_elements(std::size_t n, std::size_t k) {
      return eigen_detail::gemm_packed_elements<T>(n, k);
    }
    /// Copies B of `arguments` (reads only `trans_b`, `n`, `k`, `b`, `ldb`) for `packed_b` of its products.
    void pack(const gemm_arguments<T>& arguments, T* target) { eigen_detail::gemm_pack(team_, target, arguments); }

   private:
    // call(function, begin, end) for chunks of [0, n), each a multiple of `unit` things long: about a microsecond's
    // work, or more if each worker still gets plenty of chunks. It is no template, because there are many kernels.
    VSCG_NOINLINE void run_chunks(std::size_t n, std::size_t unit, std::size_t cost,
                                  void (*call)(const void*, std::size_t, std::size_t), const void* function) {
      constexpr std::size_t elements = 4096;
      constexpr std::size_t plenty = 16;
      const std::size_t units = (n + unit - 1) / unit;
      const std::size_t step = unit * std::max({std::size_t{1}, elements / std::max<std::size_t>(1, unit * cost),
                                                units / (plenty * team_.size())});
      team_.run((n + step - 1) / step, [&](std::size_t, std::size_t chunk) {
        const std::size_t begin = chunk * step;
        call(function, begin, std::min(n, begin + step));
      });
    }

    team team_;
    buffer<T, host_memory> workspace_;
    std::vector<std::unique_ptr<executor>> alone_;  // one per worker, if there are several
  };
};

using cpu = eigen_backend;

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
