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
#include <thread>
#include <unistd.h>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>

namespace vscg {

/// A file that has one owner at a time across all processes: created if missing, locked, and removed at the end.
///
/// The lock ends with the process, even a killed one, and the next owner takes over the file that it left. A file
/// system that cannot lock is an error: without a lock, two writers would mix.
class locked_file {
 public:
  locked_file() = default;
  locked_file(locked_file&& other) noexcept = default;
  locked_file& operator=(locked_file&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(file_, other.file_);
    return *this;
  }
  ~locked_file() { remove(); }

  /// Takes ownership of `path`; returns false if someone else owns it. With `waiting`, it waits for its turn instead
  /// and calls `waiting` several times a second; an exception from `waiting` ends the wait. Throws
  /// vscg::expectation_error, whose text begins with `thing`, if the file cannot be created or locked.
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

  /// The file, open for writing; none if it is not owned.
  const descriptor& opened() const { return file_; }
  const std::filesystem::path& path() const { return path_; }

  /// Releases the file and leaves it where it is, by now perhaps under another name.
  void keep() { file_.close(); }

  /// Releases the file and removes it.
  void remove() {
    if (!file_) return;
    ::unlink(path_.c_str());  // still locked, so it is never another owner's file
    keep();
  }

 private:
  // Opened for writing because NFS takes a write lock only on such a file; it could not lock a directory.
  static constexpr int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;

  enum class taken { yes, by_another, gone };

  taken try_to_open(const std::string& thing) {
    bool made = true;
    descriptor file(::open(path_.c_str(), flags | O_CREAT | O_EXCL, 0666));
    if (!file && errno == EEXIST) {
      made = false;
      file = descriptor(::open(path_.c_str(), flags | O_CREAT, 0666));
    }
    if (!file) fail(thing, errno);
    int reason = 0;
    while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      reason = errno;
      if (reason != EINTR) break;
      reason = 0;
    }
    if (reason == 0) reason = differs(file.number());
    if (reason == 0) {
      file_ = std::move(file);
      return taken::yes;
    }
    if (made && reason != EWOULDBLOCK && reason != ENOENT) ::unlink(path_.c_str());
    if (reason == EWOULDBLOCK) return taken::by_another;
    if (reason == ENOENT) return taken::gone;
    fail(thing + ": cannot lock " + path_.string(), reason);
  }

  /// 0 if the name still refers to `file`, ENOENT if not: an earlier owner may have renamed or removed it between open
  /// and lock.
  int differs(int file) const {
    struct ::stat mine {};
    struct ::stat named {};
    if (::fstat(file, &mine) != 0 || ::stat(path_.c_str(), &named) != 0) return errno;
    return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev ? 0 : ENOENT;
  }

  [[noreturn]] static void fail(const std::string& begin, int reason) {
    throw expectation_error(begin + ": " + system_reason(reason));
  }

  std::filesystem::path path_;
  descriptor file_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
