// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <mutex>

#include <vscg/backend/memory.hpp>

#include "support/apart.hpp"

/// The host's memory as a device's pinned memory: it knows its blocks.
class pinned_host : public vscg::host_memory {
 public:
  using host = pinned_host;
  static void* allocate(std::size_t bytes) {
    void* const memory = host_memory::allocate(bytes);
    const std::lock_guard lock(mutex);
    blocks[static_cast<const std::byte*>(memory)] = bytes;
    return memory;
  }
  static void release(void* p) noexcept {
    {
      const std::lock_guard lock(mutex);
      blocks.erase(static_cast<const std::byte*>(p));
    }
    host_memory::release(p);
  }
  static bool holds(const void* p) {
    const auto* const at = static_cast<const std::byte*>(p);
    const std::lock_guard lock(mutex);
    const auto after = blocks.upper_bound(at);
    if (after == blocks.begin()) return false;
    const auto& [begin, bytes] = *std::prev(after);
    return at < begin + bytes;
  }

 private:
  static inline std::mutex mutex;
  static inline std::map<const std::byte*, std::size_t> blocks;
};

/// Copies to it come from there.
struct apart_from_pinned : apart_memory {
  using host = pinned_host;
};
