// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/linear.hpp>

namespace vscg::composites {

/// x·Wᵀ of two arrays of one shape, each with a weight of its own.
///
/// Operands: two arrays [..., In], two weights [Out, In]. Results: two [..., Out].
template <class XShape, int Out>
struct project_pair {
  template <Var First, Var Second, Var Weight>
  auto operator()(const First& first, const Second& second, const Weight& first_weight,
                  const Weight& second_weight) const {
    const auto first_out = vscg::linear(first, first_weight);
    const auto second_out = vscg::linear(second, second_weight);
    return vars{first_out, second_out};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
