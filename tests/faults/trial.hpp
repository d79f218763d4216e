// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "faults/call.hpp"
#include "support/file_bytes.hpp"
#include "support/program_run.hpp"
#include "support/temporary_folder.hpp"

// Runs a program once, while one system call fails.

namespace faults {

/// Which call fails, and how: a number of <errno>, "short" for a write or read that takes half of the bytes, or "kill"
/// for one before which the process is killed.
struct fault {
  call kind = call::memory;
  std::string how;
  bool lasting = false;      ///< all later calls of the kind fail too
  std::uint64_t number = 0;  ///< which call of the kind, from 1; 0: none

  /// The fault as the shim reads it, and as a person types it to see the same.
  std::string text() const {
    return std::string(call_names[static_cast<std::size_t>(kind)]) + " " + std::to_string(number) + " " + how +
           (lasting ? " lasting" : "");
  }
};

/// The library to preload, which the build puts next to this program.
inline std::string find_shim() {
  const auto path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libvscg_faults.so";
  REQUIRE(std::filesystem::exists(path));
  return path.string();
}

struct outcome {
  programs_test::result result;
  std::array<std::uint64_t, call_names.size()> calls{};
  bool failed = false;          ///< whether the call was reached
  bool within_library = false;  ///< whether a library that does not survive it made it

  bool crashed() const { return result.code != 0 && result.code != 1; }
};

/// Runs a program in `dir`, for a minute at most, with one call that fails.
inline outcome run(const std::string& shim, const std::string& program, const std::string& arguments,
                   const temporary_folder& dir, const fault& which) {
  const auto path = dir / "record";
  put_bytes(path, std::string(sizeof(record), '\0'));
  outcome o;
  o.result = programs_test::run(
      programs_test::find_program(program), dir, arguments,
      "timeout -s KILL 60 env VSCG_FAULT='" + which.text() + "' VSCG_FAULT_RECORD=record LD_PRELOAD='" + shim + "'");
  const std::string bytes = bytes_of(path);
  std::array<std::uint64_t, call_names.size() + 2> numbers{};
  static_assert(sizeof numbers == sizeof(record));
  std::memcpy(numbers.data(), bytes.data(), sizeof numbers);
  std::copy_n(numbers.begin(), o.calls.size(), o.calls.begin());
  o.failed = numbers[call_names.size()] > 0;
  o.within_library = numbers[call_names.size() + 1] > 0;
  for (const char* const name : {"record", "stdout.txt", "stderr.txt"}) std::filesystem::remove(dir / name);
  return o;
}

}  // namespace faults
