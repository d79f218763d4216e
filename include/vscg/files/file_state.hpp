// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>

namespace vscg {

/// Which file it is, how large it is and when it last changed: this tells one version of a source from another.
struct file_state {
  std::uint64_t size = 0;
  std::int64_t changed_nanoseconds = 0;
  std::uint64_t device = 0, number = 0;  ///< the same for all names and links of one file

  /// Throws vscg::expectation_error if there is no such file.
  static file_state of(const std::filesystem::path& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) {
      throw expectation_error(path.string(), "a file", system_reason(errno));
    }
    return of(facts);
  }

  static file_state of(const struct stat& facts) {
    return {static_cast<std::uint64_t>(facts.st_size),
            static_cast<std::int64_t>(facts.st_mtim.tv_sec) * 1'000'000'000 + facts.st_mtim.tv_nsec,
            static_cast<std::uint64_t>(facts.st_dev), static_cast<std::uint64_t>(facts.st_ino)};
  }

  friend bool operator==(const file_state&, const file_state&) = default;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
