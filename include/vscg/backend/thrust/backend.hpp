// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/backend/thrust/cpp.hpp>
#include <vscg/backend/thrust/gemm.hpp>
#include <vscg/backend/thrust/group.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

namespace thrust_detail {

/// Calls f(i) for the integers 0 … n-1, where the system computes. Launches run one after the other.
template <class System>
class launcher {
 public:
  explicit launcher(threads n) : queue_(n) {}
  typename System::queue& queue() { return queue_; }
  std::size_t workers() const { return queue_.workers(); }
  template <class F>
  void operator()(std::size_t n, const F& f) const {
    ::thrust::for_each_n(queue_.policy(), ::thrust::counting_iterator<std::size_t>(0), n, f);
  }

 private:
  typename System::queue queue_;
};

}  // namespace thrust_detail

/// Any of thrust's systems. Every primitive is a named functor over a range of integers, handed to the system's policy.
/// Inside a step nothing returns to the host and nothing is allocated; sizes are known only at run time.
template <class System>
struct thrust_backend {
  static constexpr const char* name = System::name;
  using memory = typename System::memory;
  static constexpr stretch_limits stretches = System::stretches;

  /// Computes for one session, with its own queue and workspace.
  template <class T>
  class executor {
   public:
    explicit executor(threads n) : launch_(n), workspace_(thrust_detail::gemm_workspace_elements) {}

    std::size_t workers() const { return launch_.workers(); }
    /// Bytes of memory that it holds for any program.
    std::size_t bytes() const { return workspace_.bytes(); }

    /// How the host drives the executor; `immediate_queue` says what each of these means.
    void copy_in(void* to, const void* from, std::size_t bytes) { launch_.queue().copy_in(to, from, bytes); }
    void copy_out(void* to, const void* from, std::size_t bytes) { launch_.queue().copy_out(to, from, bytes); }
    void copy_in_beside(void* to, const void* from, std::size_t bytes) {
      launch_.queue().copy_in_beside(to, from, bytes);
    }
    void join_copies() { launch_.queue().join_copies(); }
    void wait_for_copies() { launch_.queue().wait_for_copies(); }
    void wait() { launch_.queue().wait(); }
    template <class F>
    void replay(std::uint64_t key, const F& f) {
      launch_.queue().replay(key, f);
    }

    /// f(index) for the elements 0 … n-1 of an array, each of about `cost` elements of work.
    template <class F>
    VSCG_NOINLINE void each(std::size_t n, [[maybe_unused]] std::size_t cost, const F& f) {
      launch_(n, thrust_detail::on_element<T, F>{f});
    }

    /// f(group, row) for rows 0 … n-1, each of about `row_elements` elements of work.
    template <class F>
    VSCG_NOINLINE void rows(std::size_t n, [[maybe_unused]] std::size_t row_elements, const F& f) {
      launch_(n, thrust_detail::on_row<T, F>{f});
    }

    /// f(executor, begin, end) for independent ranges that make up [0, n): here a single one.
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }

    /// The product of `arguments`, with `Function::value` applied to each element.
    template <class Function = identity_function>
    VSCG_NOINLINE void gemm(const gemm_arguments<T>& arguments, Function = {}) {
      thrust_detail::gemm<Function>(launch_, workspace_.data(), arguments);
    }

    /// Nothing is packed beforehand.
    static constexpr std::size_t packed_elements(std::size_t, std::size_t) { return 0; }
    void pack(const gemm_arguments<T>&, T*) {}

   private:
    thrust_detail::launcher<System> launch_;
    buffer<double, memory> workspace_;
  };
};

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
