// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faults {

/// The calls of the system that a test can make fail, by kind: "write" is write, pwrite and writev.
// clang-format off
enum class call {
  memory, open, read, write, sync, close, rename, remove, folder, reserve, resize, map, lock, stat, list, thread
};
inline constexpr std::array<std::string_view, 16> call_names{
  "memory", "open", "read", "write", "sync", "close", "rename", "remove", "folder", "reserve", "resize", "map", "lock",
  "stat", "list", "thread"};
// clang-format on

/// What the shim tells of a process and its children while they run, in a file that both sides map: it survives any
/// end of the process.
struct record {
  std::array<std::atomic<std::uint64_t>, call_names.size()> calls;
  std::atomic<std::uint64_t> failed;       // of them
  std::atomic<std::uint64_t> within_hdf5;  // 1 where one that failed was made by HDF5's library
};

}  // namespace faults
