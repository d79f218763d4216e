// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <thrust/system/cpp/execution_policy.h>

#include <vscg/backend/memory.hpp>
#include <vscg/core/team.hpp>

namespace vscg::thrust_system {

/// Thrust's sequential host system: one thread, plain C++. It proves that nothing above the backends knows which one
/// computes, and is the reference for devices.
///
/// A system is what `thrust_backend` needs to know of a machine: a name, a memory, and a queue. An executor owns one
/// queue; `policy()` is the execution policy that all of its work is handed to, in order. (A device's queue holds a
/// stream and gives a policy that does not wait.)
struct cpp {
  static constexpr const char* name = "thrust::cpp";
  using memory = host_memory;

  class queue {
   public:
    explicit queue(threads) {}
    static constexpr std::size_t workers() { return 1; }
    static auto policy() { return ::thrust::cpp::par; }
  };
};

}  // namespace vscg::thrust_system

#include <vscg/core/end.hpp>
