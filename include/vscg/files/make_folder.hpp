// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <filesystem>
#include <system_error>

#include <vscg/core/error.hpp>

namespace vscg {

/// Creates a folder and its parents if missing; returns whether it created any. Throws vscg::expectation_error if that
/// fails.
inline bool make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  const bool made = std::filesystem::create_directories(folder, failure);
  if (failure) {
    throw expectation_error(folder.string(), "a folder",
                            "that the system cannot create the directory: " + failure.message());
  }
  return made;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
