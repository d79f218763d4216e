// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

#include <vscg/core/error.hpp>
#include <vscg/files/descriptor.hpp>

// "Not there" and "there but broken" are two answers. Code that can do without a file asks here, so that a link to
// nowhere (data that was not fetched), a folder or an unreadable file is an error and nothing takes its place.

namespace vscg {

/// What a name refers to, from the mode that stat() gives: "a file", "a directory", "a pipe", ...
inline std::string_view kind_of_file(::mode_t mode) {
  return S_ISREG(mode)    ? "a file"
         : S_ISDIR(mode)  ? "a directory"
         : S_ISFIFO(mode) ? "a pipe"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

namespace presence_detail {

inline bool is_link(const std::filesystem::path& path) {
  struct ::stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
}

/// Where a link leads: the last name of a chain of links.
inline std::filesystem::path end_of_links(std::filesystem::path link) {
  constexpr int longest = 40;  // the system's own limit
  std::filesystem::path target;
  for (int i = 0; i < longest && is_link(link); ++i) {
    std::error_code failure;
    target = std::filesystem::read_symlink(link, failure);
    link = target.is_absolute() ? target : link.parent_path() / target;
  }
  return target;
}

/// The first existing name on the way from `path` up to the root, if it is a link to nowhere; otherwise none.
inline std::optional<std::filesystem::path> broken_link(std::filesystem::path path) {
  for (;;) {
    struct ::stat facts {};
    if (is_link(path)) return ::stat(path.c_str(), &facts) == 0 ? std::nullopt : std::optional(path);
    if (::lstat(path.c_str(), &facts) == 0 || !path.has_parent_path() || path.parent_path() == path) return {};
    path = path.parent_path();
  }
}

}  // namespace presence_detail

/// Why `path` cannot be opened, in words; `reason` is the system's (errno). A link is described by where it leads:
/// "a link to ../objects/1f where there is nothing".
inline std::string why_not_opened(const std::filesystem::path& path, int reason) {
  using namespace presence_detail;
  const std::string says = system_reason(reason);
  if (reason == ENOENT) {
    const auto link = broken_link(path);
    if (!link) return says;
    const std::string where = "a link to " + end_of_links(*link).string() + " where there is nothing";
    return *link == path ? where : link->string() + ", " + where;
  }
  if (!is_link(path)) return "one that cannot be opened: " + says;
  if (reason == ELOOP) {
    std::error_code ignored;
    return "a link to " + std::filesystem::read_symlink(path, ignored).string() + " that leads in a circle";
  }
  return "a link to " + end_of_links(path).string() + " that cannot be opened: " + says;
}

/// Whether `path` is a file. False if nothing is there; throws vscg::expectation_error that says why if something is
/// there that is not a regular file or cannot be opened for reading.
inline bool file_is_there(const std::filesystem::path& path) {
  struct ::stat facts {};
  int reason = ::stat(path.c_str(), &facts) == 0 ? 0 : errno;
  if (reason == 0 && !S_ISREG(facts.st_mode)) {
    throw expectation_error(path.string(), "a readable file", kind_of_file(facts.st_mode));
  }
  if (reason == 0) {
    // O_NONBLOCK: if it has become a pipe by now, this must not wait for its writer.
    if (descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))) return true;
    reason = errno;
  }
  if (reason == ENOENT && !presence_detail::broken_link(path)) return false;
  throw expectation_error(path.string(), "a readable file", why_not_opened(path, reason));
}

/// Whether `path` is a folder. False if nothing is there; throws vscg::expectation_error like file_is_there().
inline bool folder_is_there(const std::filesystem::path& path) {
  struct ::stat facts {};
  const int reason = ::stat(path.c_str(), &facts) == 0 ? 0 : errno;
  if (reason == 0 && S_ISDIR(facts.st_mode)) return true;
  if (reason == ENOENT && !presence_detail::broken_link(path)) return false;
  throw expectation_error(
      path.string(), "a folder",
      reason == 0 ? "something else, " + std::string(kind_of_file(facts.st_mode)) : why_not_opened(path, reason));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
