// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/broadcast.hpp>

namespace vscg {

/// y = a, stretched to b's shape; da = dy, summed over what it was stretched to.
struct expand_as_function {
  static constexpr const char* name = "expand_as";
  static constexpr bool is_linear = true;
  using slope_of_a = kernels::slope_one;
  using slope_of_b = kernels::slope_one;  // of nothing: b takes no gradient
  template <class V>
  VSCG_HD static V value(V a, V) {
    return a;
  }
};

/// x in the shape of `like`, its numbers repeated along axes of extent 1 and missing ones (PyTorch's x.expand_as(like),
/// but with a copy). For operations that do not broadcast, such as `cat`.
template <Var X, Var Like>
auto expand_as(const X& x, const Like& like) {
  using Shape = shape_of<Like>;
  constexpr bool stretches = [] {
    if constexpr (detail::broadcast_shapes<shape_of<X>, Shape>::fit)
      return std::is_same_v<detail::broadcast_of<shape_of<X>, Shape>, Shape>;
    else
      return false;
  }();
  if constexpr (stretches && !std::is_same_v<shape_of<X>, Shape>)
    return detail::broadcast<expand_as_function, expand_as_function>(x, detach(like));
  else
    return expect_shape<expand_as_function, Shape>(x);
}
VSCG_OPERANDS_OF(expand_as, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
