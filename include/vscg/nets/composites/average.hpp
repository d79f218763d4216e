// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg::composites {

/// The mean of two arrays of one shape.
template <class Shape>
struct average {
  template <Var A, Var B>
  auto operator()(const A& a, const B& b) const {
    return (a + b) * 0.5;
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
