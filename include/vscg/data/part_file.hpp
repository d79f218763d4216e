// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <vscg/core/error.hpp>

namespace vscg::data {

/// A file that appears under its name when it is complete, or never: written beside it, synced, renamed. The last owner
/// of an unfinished one removes it.
class part_file {
 public:
  /// Throws vscg::error if the file cannot be made.
  explicit part_file(const std::filesystem::path& final_path) : final_(final_path), part_(final_path) {
    part_ += ".part";
    descriptor_ = ::open(part_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail("a file that can be written");
  }
  part_file(const part_file&) = delete;
  part_file& operator=(const part_file&) = delete;
  ~part_file() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
      ::unlink(part_.c_str());
    }
  }

  /// Writes all `bytes` at `offset`; throws vscg::error when the disk is full or fails.
  void write_at(std::size_t offset, const void* from, std::size_t bytes) {
    const auto* next = static_cast<const std::byte*>(from);
    while (bytes > 0) {
      const ssize_t done = ::pwrite(descriptor_, next, bytes, static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) fail("room for the file");
      next += done;
      offset += static_cast<std::size_t>(done);
      bytes -= static_cast<std::size_t>(done);
    }
  }

  /// Gives the file its name, after its contents have reached the disk.
  void commit() {
    if (::fsync(descriptor_) != 0) fail("a file that reaches the disk");
    if (::rename(part_.c_str(), final_.c_str()) != 0) fail("a file that can be renamed");
    ::close(descriptor_);
    descriptor_ = -1;
    // The name is an entry of the directory, which is synced apart; where that is not possible the file is still whole.
    const int directory = ::open(final_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
      ::fsync(directory);
      ::close(directory);
    }
  }

 private:
  [[noreturn]] void fail(const char* expected) const {
    throw error(final_.string(), expected, std::error_code(errno, std::generic_category()).message());
  }

  std::filesystem::path final_, part_;
  int descriptor_ = -1;
};

/// Keeps other processes out of a folder that they lock too, while it lives. A file system without locks is not an
/// error.
class folder_lock {
 public:
  /// Throws vscg::error if the folder cannot be written. While another process has the lock, `waiting` is called some
  /// times a second; what it throws ends the waiting.
  explicit folder_lock(const std::filesystem::path& folder, const std::function<void()>& waiting = nullptr) {
    const std::filesystem::path file = folder / "lock";
    descriptor_ = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (descriptor_ < 0) {
      throw error(folder.string(), "a folder that can be written",
                  std::error_code(errno, std::generic_category()).message());
    }
    try {
      while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR)) {
        if (waiting) waiting();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    } catch (...) {
      ::close(descriptor_);
      throw;
    }
  }
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;
  ~folder_lock() { ::close(descriptor_); }

 private:
  int descriptor_ = -1;
};

}  // namespace vscg::data
