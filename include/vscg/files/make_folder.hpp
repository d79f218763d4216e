// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <filesystem>
#include <system_error>

#include <vscg/core/error.hpp>

namespace vscg {

/// Makes a folder, and those it lies in, where there is none; whether it was made. Throws vscg::expectation_error where
/// it cannot be.
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
