// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>
#include <vscg/files/locked_file.hpp>
#include <vscg/files/rename_together.hpp>

namespace vscg {

/// A file that appears under its name complete and on disk, or not at all: bytes go to `<name>.tmp` in the same
/// directory, and commit() syncs, renames and syncs the directory. Without commit(), or when anything fails, whatever
/// stood under the name before stays as it was and the temporary file is removed.
///
/// The temporary name is fixed and locked while in use: what a killed process left behind is reused by the next one
/// and never piles up, and two processes that write the same file get an error instead of a mixture.
///
/// Every failure (a full or read-only disk, a missing directory, a file system without locks) is a
/// vscg::expectation_error that names the path and the system's reason.
class atomic_file {
 public:
  explicit atomic_file(const std::filesystem::path& path) : path_(resolve(path)) {
    auto temporary = path_;
    temporary += ".tmp";
    if (!file_.open(temporary, thing())) {
      throw expectation_error(thing() + ": it is being written by another process (" + temporary.string() +
                              " is locked)");
    }
    if (::ftruncate(file_.opened().number(), 0) != 0) fail(errno);
  }
  atomic_file(const atomic_file&) = delete;
  atomic_file& operator=(const atomic_file&) = delete;
  ~atomic_file() = default;

  const std::filesystem::path& path() const { return path_; }

  /// Appends to what was written so far.
  void write(std::span<const std::byte> bytes) {
    write_at(end_, bytes);
    end_ += bytes.size();
  }
  void write(std::string_view text) { write(std::as_bytes(std::span<const char>(text.data(), text.size()))); }

  /// Writes at byte `offset` of the file.
  void write_at(std::size_t offset, std::span<const std::byte> bytes) {
    expect_open();
    check(file_.opened().write_at(offset, bytes));
  }

  /// Makes everything written so far the content of the file, durably.
  void commit() { commit_together({this}); }

  /// Commits several files, all or none.
  static void commit_together(const std::vector<atomic_file*>& files) {
    rename_together names;
    for (atomic_file* const one : files) {
      one->expect_open();
      one->check(one->file_.opened().sync());  // after this, closing has nothing left to write that could fail
      names.replace(one->file_.path(), one->path_);
    }
    names.commit();
    for (atomic_file* const one : files) one->file_.keep();
  }

 private:
  /// Follows a symbolic link, so that its target is replaced and not the link. Anything other than a regular file
  /// is refused: a rename would turn /dev/null into a file.
  static std::filesystem::path resolve(const std::filesystem::path& path) {
    if (path.empty()) throw expectation_error("cannot write a file", "its name", "none");
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (std::filesystem::is_directory(status) || path.filename().empty()) {
      throw expectation_error("cannot write " + path.string(), "a file's name", "a directory");
    }
    const auto folder = path.parent_path();
    if (!folder.empty() && std::filesystem::status(folder, failure).type() == std::filesystem::file_type::not_found)
      throw expectation_error("cannot write " + path.string(), "the folder " + folder.string(), "none");
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      throw expectation_error("cannot write " + path.string(), "a regular file", "a device or pipe");
    }
    if (std::filesystem::is_symlink(std::filesystem::symlink_status(path, failure))) {
      auto target = std::filesystem::canonical(path, failure);
      if (!failure) return target;
      if (failure != std::errc::no_such_file_or_directory) {
        throw expectation_error("cannot write " + path.string() + ": " + failure.message());
      }
    }
    return path;
  }

  std::string thing() const { return "cannot write " + path_.string(); }
  [[noreturn]] void fail(int reason) const { throw expectation_error(thing() + ": " + system_reason(reason)); }
  void check(int reason) const {
    if (reason != 0) fail(reason);
  }
  void expect_open() const {
    if (!file_.opened()) throw expectation_error(thing() + ": it is already committed");
  }

  std::filesystem::path path_;
  locked_file file_;
  std::size_t end_ = 0;
};

/// Writes a whole file atomically (see atomic_file).
inline void write_file(const std::filesystem::path& path, std::string_view content) {
  atomic_file file(path);
  file.write(content);
  file.commit();
}

}  // namespace vscg

#include <vscg/core/end.hpp>
