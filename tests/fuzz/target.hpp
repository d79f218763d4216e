// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

#include "support/temporary_folder.hpp"

// What every fuzz target needs: a file to feed a reader with, seeds, a check, and counts.

namespace fuzz {

/// A file that is refilled for each input, for readers that take a path.
class input_file {
 public:
  input_file() : path_(folder_ / "input"), descriptor_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw std::runtime_error("cannot make " + path_.string());
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() { ::close(descriptor_); }

  const std::filesystem::path& path() const { return path_; }

  /// Makes `bytes` the whole content of the file.
  void put(std::string_view bytes) const {
    const auto size = static_cast<::ssize_t>(bytes.size());
    if (::ftruncate(descriptor_, size) != 0 || ::pwrite(descriptor_, bytes.data(), bytes.size(), 0) != size) {
      throw std::runtime_error("cannot fill " + path_.string());
    }
  }

 private:
  temporary_folder folder_;
  std::filesystem::path path_;
  int descriptor_;
};

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the fuzzer, which then keeps the input, unless `holds`.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Ends the fuzzer unless `problem`, the text of an error, is empty or names the file.
inline void require_name(const std::string& problem, const std::filesystem::path& path) {
  if (problem.empty() || problem.find(path.native()) != std::string::npos) return;
  require(false, "an error without the file's name: " + problem);
}

/// Reports at the end how far the inputs got.
class tally {
 public:
  tally() = default;
  tally(const tally&) = delete;
  tally& operator=(const tally&) = delete;
  ~tally() {
    const auto share = [&](std::size_t count) {
      return 100 * static_cast<double>(count) / static_cast<double>(runs_ == 0 ? 1 : runs_);
    };
    std::fprintf(stderr, "fuzz: %zu inputs, %.1f %% got past the header, %.1f %% were accepted\n", runs_,
                 share(behind_), share(accepted_));
  }
  void add(bool behind, bool accepted) {
    ++runs_;
    behind_ += behind ? 1 : 0;
    accepted_ += accepted ? 1 : 0;
  }

 private:
  std::size_t runs_ = 0, behind_ = 0, accepted_ = 0;
};

/// Writes the seeds into those folders among the arguments that are still empty.
inline void plant(int argc, char** argv, std::span<const std::string> seeds) {
  for (const char* argument : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
    const std::filesystem::path folder(argument);
    if (!std::filesystem::is_directory(folder) || !std::filesystem::is_empty(folder)) continue;
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      std::ofstream(folder / ("seed" + std::to_string(i)), std::ios::binary) << seeds[i];
    }
    return;
  }
}

}  // namespace fuzz

// The functions that libFuzzer calls and offers: https://llvm.org/docs/LibFuzzer.html
extern "C" {
int LLVMFuzzerInitialize(int* argc, char*** argv);
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned int seed);
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
}
