// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>
#include <vscg/files/file_state.hpp>

namespace vscg {

/// A whole file mapped into memory, read-only. Its pages belong to the system's file cache: they are not anonymous
/// memory, and the system drops them when it needs room.
class mapped_file {
 public:
  mapped_file() = default;

  /// Throws vscg::expectation_error if the file cannot be opened. Some file systems and memory limits do not allow a
  /// mapping; `refused()` is then true.
  explicit mapped_file(const std::filesystem::path& path) : path_(path) {
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw expectation_error(path.string(), "a readable file", system_reason(errno));
    struct stat facts {};
    if (::fstat(file.number(), &facts) != 0)
      throw expectation_error(path.string(), "a readable file", system_reason(errno));
    state_ = file_state::of(facts);
    size_ = static_cast<std::size_t>(facts.st_size);
    void* const where = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.number(), 0);
    if (where != MAP_FAILED) data_ = static_cast<const std::byte*>(where);
  }
  mapped_file(mapped_file&& other) noexcept { swap(other); }
  mapped_file& operator=(mapped_file&& other) noexcept {
    swap(other);
    return *this;
  }
  ~mapped_file() {
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
  }

  explicit operator bool() const { return data_ != nullptr; }

  /// Whether the file was opened but the system would not map it.
  bool refused() const { return data_ == nullptr && size_ > 0; }

  /// The file's state when it was opened.
  const file_state& state() const { return state_; }

  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }

  /// Brings [offset, offset + bytes) into memory. If the kernel can tell (Linux 5.14), a file that became shorter or a
  /// failing disk throws vscg::expectation_error here instead of raising SIGBUS at the first touch.
  void fetch(std::size_t offset, std::size_t bytes) const {
    constexpr int populate_read = 22;  // MADV_POPULATE_READ, which older headers do not name
    const auto [begin, length] = pages(offset, bytes);
    while (::madvise(begin, length, populate_read) != 0) {
      const int code = errno;
      if (code == EINTR || code == EAGAIN) continue;
      if (code == EFAULT || code == EIO || code == EHWPOISON) {
        throw expectation_error(path_.string() + ": bytes from " + std::to_string(offset), "readable data",
                                "the file became shorter or the disk fails");
      }
      return;  // an older kernel: the pages come at the first touch
    }
  }

  /// Releases the pages of [offset, offset + bytes); they stay in the file cache and come back when touched.
  void release(std::size_t offset, std::size_t bytes) const {
    const auto [begin, length] = pages(offset, bytes);
    ::madvise(begin, length, MADV_DONTNEED);
  }

 private:
  std::pair<void*, std::size_t> pages(std::size_t offset, std::size_t bytes) const {
    static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t begin = offset / page * page;
    return {const_cast<std::byte*>(data_ + begin), offset + bytes - begin};
  }

  void swap(mapped_file& other) {
    std::swap(path_, other.path_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(state_, other.state_);
  }

  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  file_state state_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
