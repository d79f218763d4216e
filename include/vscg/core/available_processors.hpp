// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

#include <vscg/core/config.hpp>

namespace vscg {

namespace processors_detail {

/// The beginning of a small file; empty if it cannot be read.
VSCG_NOINLINE inline std::string text_of(const std::string& path) {
  std::string text(16384, '\0');
  std::FILE* const file = std::fopen(path.c_str(), "r");
  text.resize(file == nullptr ? 0 : std::fread(text.data(), 1, text.size(), file));
  if (file != nullptr) std::fclose(file);
  return text;
}

/// Cuts `text` at the first `separator`: returns the part before it and leaves the part after it in `text`.
inline std::string_view cut(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view before = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return before;
}

/// A positive decimal number; none if the text is anything else ("max", "-1").
inline std::optional<double> number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  double value = 0;
  for (const char digit : text) value = value * 10 + (digit - '0');
  return value > 0 ? std::optional(value) : std::nullopt;
}

/// How many processors' worth of time one group may use: quota / period, from `cpu.max` or from version 1's two files.
VSCG_NOINLINE inline std::optional<double> quota_of(const std::string& group) {
  std::string text = text_of(group + "/cpu.max");  // "<quota or max> <period>"
  if (text.empty()) {
    text = text_of(group + "/cpu.cfs_quota_us");
    if (!text.empty()) text.back() = ' ';
    text += text_of(group + "/cpu.cfs_period_us");
  }
  std::string_view left = text;
  left = cut(left, '\n');
  const auto quota = number(cut(left, ' '));
  const auto period = number(left);
  if (!quota || !period) return std::nullopt;
  return *quota / *period;
}

}  // namespace processors_detail

/// How many processors' worth of time this process's control group, and the groups around it, allow (Linux, versions 1
/// and 2); none if nothing limits it. Tests set `root`, the folder of `proc/self/cgroup` and `sys/fs/cgroup`.
VSCG_NOINLINE inline std::optional<double> processors_of_cgroup(const std::string& root = "") {
  using namespace processors_detail;
  const std::string text = text_of(root + "/proc/self/cgroup");
  const std::string mounts = root + "/sys/fs/cgroup";
  std::optional<double> least;
  for (std::string_view lines = text; !lines.empty();) {
    std::string_view line = cut(lines, '\n');  // "<number>:<controllers>:<group>"; version 2: "0::<group>"
    cut(line, ':');
    const std::string controllers(cut(line, ':'));
    if (!controllers.empty() && ("," + controllers + ",").find(",cpu,") == std::string::npos) continue;
    for (const std::string& mount :
         {mounts + "/" + controllers, mounts + (controllers.empty() ? "/unified" : "/cpu")}) {
      // In a container the path may be the host's, and only its root is visible here.
      std::string group = line == "/" ? "" : std::string(line);
      while (true) {
        const auto quota = quota_of(mount + group);
        if (quota && (!least || *quota < *least)) least = quota;
        if (group.empty()) break;
        group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
      }
    }
  }
  return least;
}

/// How many processors this process may use at the same time: those in its affinity (taskset, containers' cpusets), but
/// no more than its control group's share of time, rounded up so that it can use all of that share. At least 1.
VSCG_NOINLINE inline std::size_t available_processors() {
  std::size_t count = 0;
#if defined(__linux__)
  for (std::size_t most = 1024; count == 0 && most <= (std::size_t{1} << 20U); most *= 4) {
    std::vector<unsigned long> words(most / (8 * sizeof(unsigned long)), 0);
    auto* const set = reinterpret_cast<cpu_set_t*>(words.data());
    if (sched_getaffinity(0, words.size() * sizeof(unsigned long), set) != 0) continue;  // more processors than bits
    for (const unsigned long word : words) count += static_cast<std::size_t>(__builtin_popcountl(word));
  }
#endif
  if (count == 0) count = std::thread::hardware_concurrency();
  if (const auto quota = processors_of_cgroup()) {
    while (count > 1 && static_cast<double>(count - 1) >= *quota) --count;
  }
  return count < 1 ? 1 : count;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
