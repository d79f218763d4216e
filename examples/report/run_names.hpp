// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace report {

/// Short names of runs: the folders' own, or the whole paths where these are the same.
inline std::vector<std::string> names_of_runs(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    const auto path = std::filesystem::path(folder).lexically_normal();
    names.push_back((path.has_filename() ? path : path.parent_path()).filename().string());
  }
  const auto shorter = names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < names.size(); ++j) {
      if (i != j && shorter[i] == shorter[j]) names[i] = folders[i];
    }
  }
  return names;
}

}  // namespace report
