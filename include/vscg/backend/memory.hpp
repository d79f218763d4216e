// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace vscg {

/// Memory of the machine the library runs on.
struct host_memory {
  /// The host memory that copies go through; for a device, pinned memory is best.
  using host = host_memory;
  /// Whether host and kernels can use each other's memory directly.
  static constexpr bool borrows_host_arrays = true;
  static void* allocate(std::size_t bytes) {
    void* const memory = ::operator new (bytes, std::align_val_t{64});
    ask_for_large_pages(memory, bytes);
    return memory;
  }
  static void release(void* p) noexcept { ::operator delete (p, std::align_val_t{64}); }
  static void copy_in(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  static void copy_out(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }

 private:
  // A process gets new memory page by page, and each page costs an interrupt. Only whole large pages inside the block
  // are requested, so a block never takes more than its own memory.
  static void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(MADV_HUGEPAGE)
    constexpr std::uintptr_t page = std::uintptr_t{2} << 20U;
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t begin = (address + page - 1) / page * page;
    const std::uintptr_t end = (address + bytes) / page * page;
    if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
  }
};

namespace detail {
/// One function for buffers of all types, because every type of buffer would compile its own.
template <class Memory>
VSCG_NOINLINE void* allocate(std::size_t count, std::size_t bytes_each) {
  if (count == 0) return nullptr;
  const std::size_t bytes = checked_product("bytes of memory", {count, bytes_each});
  try {
    return Memory::allocate(bytes);
  } catch (const std::bad_alloc&) {
    throw out_of_memory("memory", bytes_text(bytes) + " more", "that the system does not give them");
  }
}
}  // namespace detail

/// One block of a backend's memory, aligned to 64 bytes, not initialized. Throws vscg::out_of_memory, which says
/// how much was requested, if the system does not give it.
template <class T, class Memory>
class buffer {
 public:
  buffer() = default;
  explicit buffer(std::size_t size) : size_(size), data_(static_cast<T*>(detail::allocate<Memory>(size, sizeof(T)))) {}
  buffer(buffer&& other) noexcept : size_(std::exchange(other.size_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  buffer& operator=(buffer&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~buffer() {
    if (data_ != nullptr) Memory::release(data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(T); }

 private:
  std::size_t size_ = 0;
  T* data_ = nullptr;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
