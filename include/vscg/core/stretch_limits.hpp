// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <limits>

#include <vscg/core/config.hpp>

namespace vscg {

/// When a backend runs steps on a few items of the batch at a time, so that the next step still finds in the cache what
/// the last one wrote. A constant of the backend; by default every step runs on all items.
struct stretch_limits {
  /// A step is wide from this many numbers per item in one of its arrays on.
  std::size_t wide = std::numeric_limits<std::size_t>::max();
  /// A wide step takes about this many numbers of an array at a time, and at least one item.
  std::size_t at_once = 0;
  /// At most this many narrow steps run together with the wide steps on both sides of them.
  std::size_t bridge = 0;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
