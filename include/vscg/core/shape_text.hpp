// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <vscg/core/config.hpp>

namespace vscg {

/// "[256, 128]", and "[]" for a scalar. Extents equal to `any` stand for every number and are written as a letter.
template <class Extents>
std::string shape_text(const Extents& extents, long long any = -1, std::string_view between = ", ",
                       const char* letter = "N") {
  std::string text = "[";
  for (const auto extent : extents) {
    if (text.size() > 1) text += between;
    text += std::cmp_equal(extent, any) ? std::string(letter) : std::to_string(extent);
  }
  return text + "]";
}

}  // namespace vscg

#include <vscg/core/end.hpp>
