// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <thrust/system/cpp/execution_policy.h>

#include <vscg/backend/immediate_queue.hpp>
#include <vscg/backend/memory.hpp>
#include <vscg/core/stretch_limits.hpp>
#include <vscg/core/team.hpp>

namespace vscg::thrust_system {

/// Thrust's sequential host system: one thread, plain C++. It proves that nothing above the backends knows which one
/// computes, and it is the reference for devices.
///
/// A system tells `thrust_backend` about a machine: a name, a memory, limits of its stretches, and a queue. An executor
/// owns one queue. `policy()` is the execution policy that receives all of its work, in order; the rest is how the host
/// drives the executor (`immediate_queue`). (A device's queue holds a stream and gives a policy that does not wait.)
struct cpp {
  static constexpr const char* name = "thrust::cpp";
  using memory = host_memory;
  static constexpr stretch_limits stretches{std::size_t{1} << 16U, std::size_t{1} << 18U, 8};

  class queue : public immediate_queue<host_memory> {
   public:
    explicit queue(threads) {}
    static constexpr std::size_t workers() { return 1; }
    static auto policy() { return ::thrust::cpp::par; }
  };
};

}  // namespace vscg::thrust_system

#include <vscg/core/end.hpp>
