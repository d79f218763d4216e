// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <vscg/core/config.hpp>

namespace vscg {

/// What the system says about an error number: "No space left on device".
inline std::string system_reason(int code) { return std::generic_category().message(code); }

/// Owns the number of an open file. Calls that a signal interrupts are retried. Calls that return an `int` return the
/// system's error number, or 0: the caller knows best what to report.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() { close(); }

  /// -1 if no file is open.
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

  /// On a network file system, an earlier write may fail only here.
  int close() {
    if (number_ < 0 || ::close(std::exchange(number_, -1)) == 0 || errno == EINTR) return 0;
    return errno;
  }

  /// Reads from byte `offset` until `out` is full or the file ends; `done` counts the bytes that were read.
  int read_at(std::size_t offset, std::span<std::byte> out, std::size_t& done) const {
    for (done = 0; done < out.size();) {
      const ::ssize_t got = ::pread(number_, out.data() + done, out.size() - done, static_cast<::off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return errno;
      if (got == 0) return 0;
      done += static_cast<std::size_t>(got);
    }
    return 0;
  }

  int write_at(std::size_t offset, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ::ssize_t put = ::pwrite(number_, bytes.data(), bytes.size(), static_cast<::off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return errno;
      offset += static_cast<std::size_t>(put);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return 0;
  }

  /// Flushes what was written to the disk.
  int sync() const {
    while (::fsync(number_) != 0) {
      if (errno != EINTR) return errno;
    }
    return 0;
  }

 private:
  int number_ = -1;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
