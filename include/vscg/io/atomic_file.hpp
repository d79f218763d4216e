// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <vscg/core/error.hpp>

namespace vscg::io {

/// A file that appears under its name complete and on disk, or not at all: bytes go to `<name>.tmp` in the same
/// directory, and commit() syncs, renames and syncs the directory. Without commit(), or when anything fails, whatever
/// stood under the name before stays as it was and the temporary file is removed.
///
/// The temporary name is fixed and locked while in use: what a killed process left behind is reused by the next one
/// and never piles up, and two processes that write the same file get an error instead of a mixture.
///
/// Every failure (a full or read-only disk, a missing directory) is a vscg::error that names the path and the
/// system's reason.
class atomic_file {
 public:
  explicit atomic_file(const std::filesystem::path& path) : path_(resolve(path)), temporary_(path_) {
    temporary_ += ".tmp";
    open_locked();
    if (::ftruncate(descriptor_, 0) != 0) {
      const int reason = errno;
      discard();
      fail(reason);
    }
  }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;
  ~atomic_file() { discard(); }

  void write(std::span<const std::byte> bytes) {
    if (descriptor_ < 0) throw error("cannot write " + path_.string() + ": it is already committed");
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ::ssize_t put = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail(errno);
      done += static_cast<std::size_t>(put);
    }
  }
  void write(std::string_view text) { write(std::as_bytes(std::span<const char>(text.data(), text.size()))); }

  /// Makes everything written so far the content of the file, durably.
  void commit() {
    if (descriptor_ < 0) throw error("cannot write " + path_.string() + ": it is already committed");
    if (::fsync(descriptor_) != 0) fail(errno);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
    ::close(descriptor_);
    descriptor_ = -1;
    sync_directory();
  }

 private:
  /// Follows a symbolic link, so that its target is replaced and not the link. Anything else than a regular file under
  /// the name is refused: a rename would turn /dev/null into a file.
  static std::filesystem::path resolve(const std::filesystem::path& path) {
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (std::filesystem::is_directory(status) || path.filename().empty()) {
      throw error("cannot write " + path.string(), "a file's name", "a directory");
    }
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      throw error("cannot write " + path.string(), "a regular file", "a device or pipe");
    }
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored))) {
      auto target = std::filesystem::canonical(path, ignored);
      if (!ignored) return target;
    }
    return path;
  }

  void open_locked() {
    for (;;) {
      descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (descriptor_ < 0) fail(errno);
      if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close();  // not discard(): the file is somebody else's
        throw error("cannot write " + path_.string() + ": it is being written by another process (" +
                    temporary_.string() + " is locked)");
      }
      // Between open and lock the previous owner may have renamed or removed the file: then this is not it any more.
      struct ::stat mine {};
      struct ::stat named {};
      if (::fstat(descriptor_, &mine) == 0 && ::stat(temporary_.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
          mine.st_dev == named.st_dev) {
        return;
      }
      close();
    }
  }

  void sync_directory() const {
    const auto parent = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) fail(errno);
    const int reason = ::fsync(directory) == 0 ? 0 : errno;
    ::close(directory);
    // Some file systems cannot sync a directory and say EINVAL.
    if (reason != 0 && reason != EINVAL) fail(reason);
  }

  [[noreturn]] void fail(int reason) const {
    throw error("cannot write " + path_.string() + ": " + std::generic_category().message(reason));
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  void discard() {
    if (descriptor_ < 0) return;
    ::unlink(temporary_.c_str());  // while the lock is held: never another process's file
    close();
  }

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Writes a whole file at once, atomically (see atomic_file).
inline void write_file(const std::filesystem::path& path, std::string_view content) {
  atomic_file file(path);
  file.write(content);
  file.commit();
}

}  // namespace vscg::io
