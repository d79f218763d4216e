// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstdio>
#include <string>

#include <vscg/core/config.hpp>

namespace vscg::detail {

/// A number for people, with six digits: "256", "0.099", "1e-06".
VSCG_NOINLINE inline std::string number_text(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", number);
  return text.data();
}

}  // namespace vscg::detail

#include <vscg/core/end.hpp>
