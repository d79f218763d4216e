// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/core/file_presence.hpp>

namespace vscg::io {

/// A regular file open for reading at any offset. Reads are const and may run concurrently. A file that is replaced by
/// a rename while it is open here keeps its old content, so that what was checked is what is read.
class input_file {
 public:
  /// Throws vscg::expectation_error when the file is missing, unreadable or not a regular file.
  explicit input_file(std::filesystem::path path) : path_(std::move(path)) {
    // O_NONBLOCK: opening a pipe must give the error below instead of waiting for a writer.
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) {
      const int reason = errno;
      file_is_there(path_);  // throws when there is more to say than that nothing is
      fail("cannot open ", reason);
    }
    struct ::stat status {};
    if (::fstat(descriptor_, &status) != 0) {
      const int reason = errno;
      close();
      fail("cannot open ", reason);
    }
    if (!S_ISREG(status.st_mode)) {
      close();
      throw expectation_error(path_.string(), "a regular file", kind_of_file(status.st_mode));
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  input_file(input_file&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
  input_file& operator=(input_file&& other) noexcept {
    if (this != &other) {
      close();
      path_ = std::move(other.path_);
      descriptor_ = std::exchange(other.descriptor_, -1);
      size_ = other.size_;
    }
    return *this;
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() { close(); }

  const std::filesystem::path& path() const { return path_; }

  /// Bytes when it was opened.
  std::uint64_t size() const { return size_; }

  /// Fills `out` from byte `offset` on; throws vscg::expectation_error when the file ends earlier.
  void read_at(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
      const ::ssize_t got =
          ::pread(descriptor_, out.data() + done, out.size() - done, static_cast<::off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("cannot read ", errno);
      if (got == 0) {
        throw expectation_error(path_.string(), "at least " + std::to_string(offset + out.size()) + " bytes",
                                std::to_string(offset + done));
      }
      done += static_cast<std::size_t>(got);
    }
  }

 private:
  [[noreturn]] void fail(const char* what, int reason) const {
    throw expectation_error(what + path_.string() + ": " + std::generic_category().message(reason));
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace vscg::io

#include <vscg/core/end.hpp>
