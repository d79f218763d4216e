// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>

namespace fused_cases {

/// One of a composite's two results, or their sum.
enum class results : unsigned char { first, second, both };

template <results Which, class Pair>
auto chosen(const Pair& pair) {
  const auto [first, second] = pair;
  if constexpr (Which == results::first)
    return first * 2;
  else if constexpr (Which == results::second)
    return second * 3;
  else
    return first * 2 + second * 3;
}

}  // namespace fused_cases
