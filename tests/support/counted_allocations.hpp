// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <new>

#include <doctest/doctest.h>

#include "support/sanitized.hpp"

// Every allocation of the program goes through malloc's family, which this file replaces by counting versions. They are
// defined here, in a header, because a test program is one .cpp, so they are the program's only definitions. Sanitizers
// bring an allocator of their own, and the counts would be that one's.

#if defined(__GLIBC__) && !VSCG_TEST_SANITIZED
#define VSCG_TEST_HOOKS_MALLOC 1
#else
#define VSCG_TEST_HOOKS_MALLOC 0
#endif

namespace counted_allocations {
inline std::atomic<std::size_t> allocations{0};
inline std::atomic<std::size_t> releases{0};
inline std::atomic<std::size_t> bytes_taken{0};
inline std::atomic<std::size_t> bytes_returned{0};
}  // namespace counted_allocations

#if VSCG_TEST_HOOKS_MALLOC
#include <malloc.h>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace counted_allocations {
inline void* taken(void* p) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  bytes_taken.fetch_add(malloc_usable_size(p), std::memory_order_relaxed);
  return p;
}
}  // namespace counted_allocations

extern "C" {
void* malloc(std::size_t bytes) { return counted_allocations::taken(__libc_malloc(bytes)); }
void* calloc(std::size_t count, std::size_t bytes) { return counted_allocations::taken(__libc_calloc(count, bytes)); }
void* realloc(void* old, std::size_t bytes) {
  counted_allocations::bytes_returned += malloc_usable_size(old);
  return counted_allocations::taken(__libc_realloc(old, bytes));
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  return counted_allocations::taken(__libc_memalign(alignment, bytes));
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return counted_allocations::taken(__libc_memalign(alignment, bytes));
}
int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) {
  *result = counted_allocations::taken(__libc_memalign(alignment, bytes));
  return *result == nullptr ? 12 : 0;
}
void free(void* p) {
  if (p != nullptr) {
    counted_allocations::releases.fetch_add(1, std::memory_order_relaxed);
    counted_allocations::bytes_returned.fetch_add(malloc_usable_size(p), std::memory_order_relaxed);
  }
  __libc_free(p);
}
}
#endif

namespace counted_allocations {

/// The number of allocations and releases while f runs, on all threads.
template <class F>
std::size_t count(F f) {
  const std::size_t before = allocations + releases;
  f();
  return allocations + releases - before;
}

/// Bytes that are allocated now and were not when this was made. What the allocator adds to round sizes up counts.
class held_bytes {
 public:
  std::size_t operator()() const { return bytes_taken - bytes_returned - before_; }

 private:
  std::size_t before_ = bytes_taken - bytes_returned;
};

/// Returns false, and reports the test as skipped, if nothing can be counted; fails if the counts are wrong.
inline bool hooks_work() {
#if VSCG_TEST_HOOKS_MALLOC
  const std::size_t seen = count([] {
    void* one = ::operator new(64);
    void* two = ::operator new (64, std::align_val_t{64});
    ::operator delete (two, std::align_val_t{64});
    ::operator delete(one);
  });
  REQUIRE(seen == 4);
  return true;
#else
  std::cout << "skipped: malloc cannot be replaced here (a sanitizer, or another C library)\n";
  return false;
#endif
}

}  // namespace counted_allocations
