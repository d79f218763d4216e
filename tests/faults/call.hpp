// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faults {

/// The system calls that a test can make fail, by kind: "write" is write, pwrite and writev.
// clang-format off
enum class call {
  memory, open, read, write, sync, close, rename, remove, folder, reserve, resize, map, lock, stat, list, thread
};
inline constexpr std::array<std::string_view, 16> call_names{
  "memory", "open", "read", "write", "sync", "close", "rename", "remove", "folder", "reserve", "resize", "map", "lock",
  "stat", "list", "thread"};
// clang-format on

/// What the shim reports about a process and its children while they run, in a file that both sides map: it survives
/// any end of the process.
struct record {
  std::array<std::atomic<std::uint64_t>, call_names.size()> calls;
  std::atomic<std::uint64_t> failed;          // how many of them failed
  std::atomic<std::uint64_t> within_library;  // 1 if a library that does not survive it made one that failed
};

}  // namespace faults
