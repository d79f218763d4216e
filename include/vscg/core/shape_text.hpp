// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <vscg/core/config.hpp>

namespace vscg {

namespace detail {
template <class Iterator>
VSCG_NOINLINE std::string shape_text(Iterator extent, std::size_t rank, long long any, std::string_view between,
                                     const char* letter) {
  std::string text = "[";
  for (; rank > 0; --rank, ++extent) {
    if (text.size() > 1) text += between;
    text += std::cmp_equal(*extent, any) ? std::string(letter) : std::to_string(*extent);
  }
  return text + "]";
}
}  // namespace detail

/// "[256, 128]", and "[]" for a scalar. Extents equal to `any` stand for every number and are written as a letter.
template <class Extents>
std::string shape_text(const Extents& extents, long long any = -1, std::string_view between = ", ",
                       const char* letter = "N") {
  if constexpr (requires { extents.data(); })  // one function for all containers of a kind of integer
    return detail::shape_text(extents.data(), extents.size(), any, between, letter);
  else
    return detail::shape_text(extents.begin(), extents.size(), any, between, letter);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
