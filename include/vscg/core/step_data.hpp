// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstdint>

#include <vscg/core/config.hpp>

namespace vscg {

/// What changes from step to step while the operations stay the same. Kernels read it through a pointer into the
/// backend's memory, so a recorded step can be launched again unchanged.
struct step_data {
  std::uint64_t seed = 0;  ///< of random masks
  std::uint64_t step = 0;  ///< steps taken before
};

}  // namespace vscg

#include <vscg/core/end.hpp>
