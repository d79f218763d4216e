// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include <vscg/core/error.hpp>

namespace vscg {

/// A file that belongs to one owner at a time, over all processes: made if need be, locked, and removed at the end.
///
/// The lock goes with the process, also when it is killed; the file that is then left is the next owner's. A file
/// system that cannot lock is an error: without a lock two writers would mix.
class locked_file {
 public:
  locked_file() = default;
  locked_file(locked_file&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  locked_file& operator=(locked_file&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~locked_file() { remove(); }

  /// Becomes the owner of the file `path`; false when another one is. With `waiting`, which is then called some times a
  /// second, it waits for its turn; what `waiting` throws ends that. Throws vscg::expectation_error, its text beginning
  /// with `thing`, when the file cannot be made or locked.
  bool open(const std::filesystem::path& path, const std::string& thing,
            const std::function<void()>& waiting = nullptr) {
    remove();
    path_ = path;
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      switch (try_to_open(thing)) {
        case taken::yes:
          return true;
        case taken::by_another:
          if (!waiting) return false;
          waiting();
          break;
        case taken::gone:
          break;
      }
    }
  }

  /// Of the file, open for writing; -1 when there is none.
  int descriptor() const { return descriptor_; }
  const std::filesystem::path& path() const { return path_; }

  /// Lets go of the file and leaves it where it is, which may be under another name by now.
  void keep() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  /// Lets go of the file and removes it.
  void remove() {
    if (descriptor_ < 0) return;
    ::unlink(path_.c_str());  // while the lock is held: never another owner's file
    keep();
  }

 private:
  // Open for writing, because NFS locks for writing only what can be written; a directory could not be locked there.
  static constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;

  enum class taken { yes, by_another, gone };

  taken try_to_open(const std::string& thing) {
    bool made = true;
    int file = ::open(path_.c_str(), flags | O_CREAT | O_EXCL, 0666);
    if (file < 0 && errno == EEXIST) {
      made = false;
      file = ::open(path_.c_str(), flags | O_CREAT, 0666);
    }
    if (file < 0) fail(thing, errno);
    int reason = 0;
    while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      reason = errno;
      if (reason != EINTR) break;
      reason = 0;
    }
    if (reason == 0) reason = differs(file);
    if (reason == 0) {
      descriptor_ = file;
      return taken::yes;
    }
    if (made && reason != EWOULDBLOCK && reason != ENOENT) ::unlink(path_.c_str());
    ::close(file);
    if (reason == EWOULDBLOCK) return taken::by_another;
    if (reason == ENOENT) return taken::gone;
    fail(thing + ": cannot lock " + path_.string(), reason);
  }

  /// 0 when `file` is what stands under the name. ENOENT when it is not any more: between open and lock an earlier
  /// owner may have renamed or removed it.
  int differs(int file) const {
    struct ::stat mine {};
    struct ::stat named {};
    if (::fstat(file, &mine) != 0 || ::stat(path_.c_str(), &named) != 0) return errno;
    return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev ? 0 : ENOENT;
  }

  [[noreturn]] static void fail(const std::string& begin, int reason) {
    throw expectation_error(begin + ": " + std::generic_category().message(reason));
  }

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
