// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>

namespace vscg {

/// What a machine can do, to compare with: floating-point operations of a product and bytes of a copy, per second.
struct machine_rates {
  double flops = 0;  ///< 0: not known
  double bytes = 0;  ///< read and written
};

}  // namespace vscg

#include <vscg/core/end.hpp>
