// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>

#include <vscg/core/config.hpp>

namespace vscg {

/// How the host drives a backend whose launches compute immediately: nothing waits, and nothing is kept for another
/// launch.
template <class Memory>
class immediate_queue {
 public:
  /// Copies between the host and the backend's memory, in order with the launches.
  void copy_in(void* to, const void* from, std::size_t bytes) { Memory::copy_in(to, from, bytes); }
  void copy_out(void* to, const void* from, std::size_t bytes) { Memory::copy_out(to, from, bytes); }
  /// Starts a copy to the backend's memory that launches do not wait for until they join it. Nothing that was launched
  /// before may use either place any more. It is no part of what `replay` keeps.
  void copy_in_beside(void* to, const void* from, std::size_t bytes) { Memory::copy_in(to, from, bytes); }
  /// What is launched from here on comes after those copies.
  void join_copies() {}
  /// Returns when those copies have arrived: the host may change what they copied.
  void wait_for_copies() {}
  /// Returns when all launches are done and all copies out have arrived.
  void wait() {}
  /// Launches what f() launches. The key names everything that the launches depend on: a backend may keep the launches
  /// of a key's first call and launch them again in later ones, without calling f.
  template <class F>
  void replay([[maybe_unused]] std::uint64_t key, const F& f) {
    f();
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
