// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/ave_files.hpp>

// Makes sure that no output of a program replaces one of its inputs, or another output.

namespace programs {

/// A file, and the option that names it.
struct named_file {
  std::string option;
  std::filesystem::path path;
};

/// The files of a data set in a folder, whether they are there or not: under every accepted name, or only under the
/// first ones, which a synthetic data set has.
inline std::vector<named_file> data_files(const std::string& option, const std::filesystem::path& dir,
                                          bool first_names = false) {
  namespace names = vscg::data::file_names;
  std::vector<named_file> files;
  for (const names::list list :
       {names::list(names::visual), names::list(names::audio), names::list(names::labels),
        names::list(names::video_labels), names::list(names::shares), names::list(names::noisy_visual),
        names::list(names::noisy_audio), names::list(names::noisy_labels), names::list(names::annotations),
        names::list(names::train_order), names::list(names::validation_order), names::list(names::test_order)}) {
    for (const std::string_view name : first_names ? list.first(1) : list) files.push_back({option, dir / name});
  }
  return files;
}

namespace files_detail {

/// What makes two paths the same file: the file itself, under any name, if it exists; otherwise the name in its folder.
struct identity {
  bool there = false;
  ::dev_t device = 0;
  ::ino_t number = 0;
  std::filesystem::path place;

  explicit identity(const std::filesystem::path& path) {
    struct ::stat facts {};
    if (::stat(path.c_str(), &facts) == 0) {
      there = true;
      device = facts.st_dev;
      number = facts.st_ino;
    }
    place = in_real_folder(path);
    // A link that leads nowhere now leads to another output as soon as that is written.
    for (int links = 0; links < 40; ++links) {
      std::error_code failure;
      const auto target = std::filesystem::read_symlink(place, failure);
      if (failure) return;
      place = in_real_folder(place.parent_path() / target);
    }
  }

  static std::filesystem::path in_real_folder(const std::filesystem::path& path) {
    std::error_code failure;
    auto folder = std::filesystem::absolute(path, failure).parent_path();
    auto real = std::filesystem::weakly_canonical(folder, failure);
    return (failure ? folder : real) / path.filename();
  }

  bool operator==(const identity& other) const {
    return place == other.place || (there && other.there && device == other.device && number == other.number);
  }
};

struct known_file {
  named_file file;
  identity self;
  identity in_the_making;  // where an output is written before it gets its name, see vscg::atomic_file
  bool output;
  known_file(named_file f, bool is_output)
      : file(std::move(f)), self(file.path), in_the_making(self.place.string() + ".tmp"), output(is_output) {}
};

inline void expect_other(const known_file& output, const known_file& taken) {
  const std::string mine = output.file.path.string();
  const std::string other = taken.file.path.string();
  const std::string expected = "another file than " + taken.file.option;
  if (output.self == taken.self) {
    const bool hard = output.self.place != taken.self.place;
    throw vscg::expectation_error(output.file.option, expected,
                                  mine == other ? mine : mine + (hard ? ", a hard link to " : ", which is ") + other);
  }
  if (output.in_the_making == taken.self || (taken.output && taken.in_the_making == output.self)) {
    throw vscg::expectation_error(output.file.option, expected, mine + "; a file is written as <name>.tmp first");
  }
}

}  // namespace files_detail

/// Throws vscg::expectation_error when an output is the same file as an input or another output: by its path, through
/// links, or as a hard link, which writing would cut. The temporary file of an output counts too, and so does a file
/// that receives the standard output or error.
inline void expect_apart(std::span<const named_file> inputs, std::span<const named_file> outputs) {
  using files_detail::known_file;
  std::vector<known_file> taken;
  for (const named_file& input : inputs) {
    if (!input.path.empty()) taken.emplace_back(input, false);
  }
  struct ::stat facts {};
  for (const auto& [place, name] : {std::pair{STDOUT_FILENO, "output"}, std::pair{STDERR_FILENO, "error"}}) {
    if (::fstat(place, &facts) != 0 || !S_ISREG(facts.st_mode)) continue;
    std::error_code ignored;
    const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(place), ignored);
    if (!path.empty()) taken.emplace_back(named_file{std::string("the standard ") + name, path}, false);
  }
  for (const named_file& output : outputs) {
    if (output.path.empty()) continue;
    const known_file mine(output, true);
    for (const known_file& other : taken) files_detail::expect_other(mine, other);
    taken.push_back(mine);
  }
}

}  // namespace programs
