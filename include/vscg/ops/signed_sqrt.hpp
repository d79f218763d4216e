// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/math.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/elementwise.hpp>

namespace vscg {

/// y = sign(x) √|x|; dx = dy / (2 |y|), and 0 where y is 0.
struct signed_sqrt_function {
  static constexpr const char* name = "signed_sqrt";
  static constexpr bool derivative_of_result = true;
  template <class V>
  VSCG_HD static V value(V x) {
    using math::abs;
    using math::sqrt;
    using math::where_greater;
    const V root = sqrt(abs(x));
    return where_greater(V(0), x, V(0) - root, root);
  }
  template <class V>
  VSCG_HD static V derivative(V y) {
    using math::abs;
    using math::where_greater;
    const V root = abs(y);
    return where_greater(root, V(0), V(0.5) / root, root);
  }
};

/// The square root that keeps the sign, any shape: what bilinear features are scaled with (PyTorch's
/// torch.sqrt(F.relu(x)) - torch.sqrt(F.relu(-x))). Its slope grows without bound towards 0; at 0 itself it is 0, where
/// PyTorch's is NaN.
template <Var X>
auto signed_sqrt(const X& x) {
  return elementwise(signed_sqrt_function{}, x);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
