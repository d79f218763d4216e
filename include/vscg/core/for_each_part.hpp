// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg {

/// Calls f(first, count) for items 0 … `items` - 1, in order, with at most `at_once` items per call.
template <class F>
void for_each_part(std::size_t items, std::size_t at_once, F&& f) {
  for (std::size_t first = 0; first < items; first += at_once) f(first, std::min(at_once, items - first));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
