// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <limits>

#include <vscg/core/config.hpp>

namespace vscg {

/// When a backend runs steps on a few items of the batch at a time, so that the next step still finds in the cache what
/// one step wrote. A constant of the backend; by default it runs every step on all items.
struct stretch_limits {
  /// Numbers of one item, in one array, that make a step wide.
  std::size_t wide = std::numeric_limits<std::size_t>::max();
  /// Numbers of one array that a wide step takes at a time; at least one item.
  std::size_t at_once = 0;
  /// As many narrow steps at most run together with the wide ones on both sides of them.
  std::size_t bridge = 0;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
