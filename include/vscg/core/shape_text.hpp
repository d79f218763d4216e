// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <vscg/core/config.hpp>

namespace vscg {

/// "[256, 128]", and "[]" for a scalar. Extents that equal `any` stand for every number and are written N.
template <class Extents>
std::string shape_text(const Extents& extents, long long any = -1, std::string_view between = ", ") {
  std::string text = "[";
  for (const auto extent : extents) {
    if (text.size() > 1) text += between;
    text += std::cmp_equal(extent, any) ? std::string("N") : std::to_string(extent);
  }
  return text + "]";
}

}  // namespace vscg

#include <vscg/core/end.hpp>
