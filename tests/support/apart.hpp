// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <new>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/backend/memory.hpp>

// The CPU's backend with memory that is not the host's, as far as anyone is told.

/// The host's, which it does not admit. Blocks of `refused` bytes are not given.
struct apart_memory {
  static constexpr bool borrows_host_arrays = false;
  using host = vscg::host_memory;
  static inline std::size_t refused = 0;
  static inline std::atomic<std::size_t> copied = 0;
  static void* allocate(std::size_t bytes) {
    if (bytes == refused) throw std::bad_alloc();
    return host::allocate(bytes);
  }
  static void release(void* p) noexcept { host::release(p); }
  static void copy_in(void* to, const void* from, std::size_t bytes) {
    copied += bytes;
    host::copy_in(to, from, bytes);
  }
  static void copy_out(void* to, const void* from, std::size_t bytes) { host::copy_out(to, from, bytes); }
};

struct apart : vscg::cpu {
  static constexpr const char* name = "apart";
  using memory = apart_memory;
  static inline std::atomic<std::size_t> copies_beside = 0;

  template <class T>
  struct executor : vscg::cpu::executor<T> {
    using vscg::cpu::executor<T>::executor;
    template <class F>
    void independent_ranges(std::size_t n, const F& f) {
      f(*this, 0, n);
    }
    void copy_in_beside(void* to, const void* from, std::size_t bytes) {
      ++copies_beside;
      memory::copy_in(to, from, bytes);
    }
  };
};
