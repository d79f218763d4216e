// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstdint>

#include <vscg/core/config.hpp>

namespace vscg {

/// What changes from step to step although the same operations run. It lies in the backend's memory and kernels read it
/// through a pointer, so that a step can be launched again as it was.
struct step_data {
  std::uint64_t seed = 0;  ///< of random masks
  std::uint64_t step = 0;  ///< steps taken before
};

}  // namespace vscg

#include <vscg/core/end.hpp>
