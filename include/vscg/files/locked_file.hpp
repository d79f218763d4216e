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

/// A file that belongs to one owner at a time, over all processes: made if need be, locked, and removed at the end.
///
/// The lock goes with the process, also when it is killed; the file that is then left is the next owner's. A file
/// system that cannot lock is an error: without a lock two writers would mix.
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

  /// The file, open for writing; none when it is not owned.
  const descriptor& opened() const { return file_; }
  const std::filesystem::path& path() const { return path_; }

  /// Lets go of the file and leaves it where it is, which may be under another name by now.
  void keep() { file_.close(); }

  /// Lets go of the file and removes it.
  void remove() {
    if (!file_) return;
    ::unlink(path_.c_str());  // while the lock is held: never another owner's file
    keep();
  }

 private:
  // Open for writing, because NFS locks for writing only what can be written; a directory could not be locked there.
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

  /// 0 when `file` is what stands under the name. ENOENT when it is not any more: between open and lock an earlier
  /// owner may have renamed or removed it.
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
