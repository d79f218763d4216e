// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>

namespace vscg::nn {

/// All axes but the batch as one: [B, ...] to [B, product]. Nothing is copied. PyTorch: nn.Flatten(); its channels come
/// first, so a linear layer after it has its columns in another order.
struct flatten {
  VSCG_MEMBERS()

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_batch<flatten, 1>(given);
    return view<shape<dyn, static_cast<int>(shape_of<decltype(x)>::elements)>>(x);
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
