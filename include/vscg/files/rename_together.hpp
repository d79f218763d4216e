// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>

namespace vscg {

/// Renames several files, all or none: if one rename fails, the earlier ones are undone and the files that they
/// replaced come back.
///
/// Until commit() is done, each replaced file waits under "<new file>.old". A process that is killed in between leaves
/// some files new and some old, each of them whole.
class rename_together {
 public:
  /// Makes commit() replace `to` by `from`, on the same file system.
  void replace(const std::filesystem::path& from, const std::filesystem::path& to) {
    steps_.push_back({from, to, from});
    steps_.back().old += ".old";
  }
  /// Makes commit() remove `to`, if it exists, by way of the unused name `waiting` on the same file system.
  void remove(const std::filesystem::path& to, const std::filesystem::path& waiting) {
    steps_.push_back({{}, to, waiting});
  }

  /// Throws vscg::expectation_error naming the file that could not take its place.
  void commit() {
    if (steps_.empty()) return;
    // Everything that may run out of memory or descriptors comes before the first change.
    std::vector<folder> folders;
    for (const step& one : steps_) {
      const auto parent = one.to.has_parent_path() ? one.to.parent_path() : std::filesystem::path(".");
      const auto known = [&](const folder& other) { return other.path == parent; };
      if (std::none_of(folders.begin(), folders.end(), known)) folders.emplace_back(parent);
    }
    const bool alone = steps_.size() == 1 && !steps_[0].from.empty();
    for (std::size_t done = 0; done < steps_.size(); ++done) {
      step& one = steps_[done];
      // A single replacement needs no way back: rename() itself is all or nothing.
      if ((alone || set_aside(one)) && place(one)) continue;
      const int reason = errno;
      fail(one.to, reason, undo(done + 1));
    }
    for (const folder& one : folders) {
      if (const int reason = one.sync()) fail(one.path, reason, alone || undo(steps_.size()));
    }
    for (const step& one : steps_) {
      if (one.aside) ::unlink(one.old.c_str());
    }
    steps_.clear();
  }

 private:
  /// A directory, open so that its renamed entries can be synced.
  struct folder {
    explicit folder(std::filesystem::path where)
        : path(std::move(where)), opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
      if (!opened) fail(path, errno, true);
    }
    int sync() const {
      const int reason = opened.sync();
      return reason == EINVAL ? 0 : reason;  // some file systems cannot sync a directory
    }

    std::filesystem::path path;
    descriptor opened;
  };

  [[noreturn]] static void fail(const std::filesystem::path& path, int reason, bool restored) {
    std::string text = "cannot write " + path.string() + ": " + system_reason(reason);
    if (!restored) text += "; files that were to be replaced could not be put back, they now end in .old";
    throw expectation_error(text);
  }

  struct step {
    std::filesystem::path from, to, old{};
    bool aside = false;   // whether `old` is what stood under `to`
    bool placed = false;  // whether `to` is the new file
  };

  static bool set_aside(step& one) {
    struct ::stat facts {};
    if (::lstat(one.to.c_str(), &facts) != 0) return errno == ENOENT;
    if (S_ISDIR(facts.st_mode)) {
      errno = EISDIR;
      return false;
    }
    ::unlink(one.old.c_str());  // left by a process that was killed
    // A hard link leaves no moment without the file; not every file system has them.
    one.aside = !one.from.empty() && ::link(one.to.c_str(), one.old.c_str()) == 0;
    if (!one.aside) one.aside = std::rename(one.to.c_str(), one.old.c_str()) == 0;
    return one.aside;
  }

  static bool place(step& one) {
    one.placed = one.from.empty() || std::rename(one.from.c_str(), one.to.c_str()) == 0;
    return one.placed;
  }

  /// Whether everything is as it was.
  bool undo(std::size_t steps) {
    bool restored = true;
    for (std::size_t i = steps; i-- > 0;) {
      step& one = steps_[i];
      if (one.aside) {
        if (std::rename(one.old.c_str(), one.to.c_str()) == 0) {
          ::unlink(one.old.c_str());  // renaming a file to its own hard link leaves both names
        } else {
          restored = false;
        }
      } else if (one.placed && !one.from.empty()) {
        restored = ::unlink(one.to.c_str()) == 0 && restored;
      }
    }
    return restored;
  }

  std::vector<step> steps_;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
