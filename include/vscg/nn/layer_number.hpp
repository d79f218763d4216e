// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string_view>

namespace vscg::detail {
/// "0", "1", "2" …
struct layer_number {
  char text[20] = {};
  std::size_t length = 0;
  constexpr explicit layer_number(std::size_t n) {
    for (std::size_t rest = n; length == 0 || rest > 0; rest /= 10) ++length;
    for (std::size_t i = length; i-- > 0; n /= 10) text[i] = static_cast<char>('0' + n % 10);
  }
  constexpr std::string_view view() const { return {text, length}; }
};
}  // namespace vscg::detail

#include <vscg/core/end.hpp>
