// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <omp.h>

#include <thrust/system/omp/execution_policy.h>

#include <vscg/backend/immediate_queue.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/backend/thrust/cpp.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>

namespace vscg::thrust_system {

/// Thrust on OpenMP's threads: compile with -fopenmp. Bits are those of `thrust_system::cpp`. Where other programs need
/// the processors too, set OMP_WAIT_POLICY=passive: by default OpenMP's threads spin while they wait.
struct omp {
  static constexpr const char* name = "thrust::omp";
  using memory = host_memory;
  static constexpr stretch_limits stretches = cpp::stretches;

  class queue : public immediate_queue<host_memory> {
   public:
    explicit queue(threads n) : threads_(static_cast<int>(n.count)) {}
    std::size_t workers() const { return static_cast<std::size_t>(threads_); }

    /// For one launch. OpenMP takes the number of threads from the calling thread, which has its own again afterwards.
    class launch_policy : public ::thrust::omp::execution_policy<launch_policy> {
     public:
      explicit launch_policy(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
      launch_policy(const launch_policy&) = delete;
      launch_policy& operator=(const launch_policy&) = delete;
      ~launch_policy() { omp_set_num_threads(before_); }

     private:
      int before_;
    };
    launch_policy policy() const { return launch_policy(threads_); }

   private:
    int threads_;
  };
};

}  // namespace vscg::thrust_system

#include <vscg/core/end.hpp>
