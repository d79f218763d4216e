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
#include <unistd.h>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>
#include <vscg/files/file_presence.hpp>

namespace vscg {

/// A regular file open for reading at any offset. Reads are const and may run concurrently. A file that is replaced by
/// a rename while it is open here keeps its old content, so that what was checked is what is read.
class input_file {
 public:
  /// Throws vscg::expectation_error when the file is missing, unreadable or not a regular file.
  explicit input_file(std::filesystem::path path) : path_(std::move(path)) {
    // O_NONBLOCK: opening a pipe must give the error below instead of waiting for a writer.
    file_ = descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file_) {
      const int reason = errno;
      file_is_there(path_);  // throws if it can say more than that nothing is there
      fail("cannot open ", reason);
    }
    struct ::stat status {};
    if (::fstat(file_.number(), &status) != 0) fail("cannot open ", errno);
    if (!S_ISREG(status.st_mode))
      throw expectation_error(path_.string(), "a regular file", kind_of_file(status.st_mode));
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  const std::filesystem::path& path() const { return path_; }

  /// All bytes that the file had when it was opened.
  std::string text() const {
    std::string all(static_cast<std::size_t>(size_), '\0');
    read_at(0, std::as_writable_bytes(std::span(all)));
    return all;
  }

  /// Size in bytes when the file was opened.
  std::uint64_t size() const { return size_; }

  /// Fills `out` from byte `offset` on; throws vscg::expectation_error when the file ends earlier.
  void read_at(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    const int reason = file_.read_at(offset, out, done);
    if (reason != 0) fail("cannot read ", reason);
    if (done < out.size()) {
      throw expectation_error(path_.string(), "at least " + std::to_string(offset + out.size()) + " bytes",
                              std::to_string(offset + done));
    }
  }

 private:
  [[noreturn]] void fail(const char* what, int reason) const {
    throw expectation_error(what + path_.string() + ": " + system_reason(reason));
  }

  std::filesystem::path path_;
  descriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
