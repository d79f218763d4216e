// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <span>
#include <unistd.h>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/files/descriptor.hpp>

namespace vscg {

/// A file that is written in place, for a folder that is renamed into place as a whole. Failures are
/// `vscg::expectation_error`s with the system's reason. (To replace an existing file, use an atomic_file.)
class output_file {
 public:
  output_file() = default;
  /// `flags` as for open(2).
  output_file(std::filesystem::path path, int flags)
      : path_(std::move(path)), file_(::open(path_.c_str(), flags | O_CLOEXEC, 0644)) {
    if (!file_) fail(errno);
  }

  /// Reserves room for the first `bytes`, so that a full disk fails now instead of after an hour.
  void reserve(std::size_t bytes) {
    // Not every file system can do this; then the writes themselves will fail.
    const bool refused = ::fallocate(file_.number(), 0, 0, static_cast<::off_t>(bytes)) != 0;
    if (refused && (errno == ENOSPC || errno == EFBIG)) fail(errno);
  }

  void write_at(std::size_t offset, std::span<const std::byte> bytes) { check(file_.write_at(offset, bytes)); }

  /// Flushes what was written to the disk, a piece at a time, so that `stop` takes effect even on a slow disk. Throws
  /// vscg::stopped.
  void write_out(const std::function<bool()>& stop) const {
    constexpr ::off_t piece = ::off_t{8} << 20;
    const ::off_t end = ::lseek(file_.number(), 0, SEEK_END);
    for (::off_t at = 0; at < end; at += piece) {
      expect_no_stop(stop);
      constexpr unsigned wait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
      if (::sync_file_range(file_.number(), at, piece, wait) != 0) return;  // not every file system can; sync() will
    }
  }

  void sync() { check(file_.sync()); }

  /// On a network file system, an earlier write may fail only now.
  void close() { check(file_.close()); }

 private:
  void check(int reason) const {
    if (reason != 0) fail(reason);
  }
  [[noreturn]] void fail(int reason) const {
    throw expectation_error(path_.string() + ": cannot write: " + system_reason(reason));
  }

  std::filesystem::path path_;
  descriptor file_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
