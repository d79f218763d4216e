// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>

namespace vscg::detail {
template <mode Mode, class Scalar, class Backend, mode From, class Shape, bool Active>
auto in_mode(const var<trace_tag<Scalar, Backend, From>, Shape, Active>& x) {
  return var<trace_tag<Scalar, Backend, Mode>, Shape, Active>{x.trace, x.id};
}
template <mode Mode, template <class...> class Several, Var... X>
auto in_mode(const Several<X...>& all) {
  const auto moved = [](const auto&... x) { return Several<decltype(in_mode<Mode>(x))...>{in_mode<Mode>(x)...}; };
  if constexpr (sizeof...(X) == 2) {
    const auto& [first, second] = all;
    return moved(first, second);
  } else if constexpr (sizeof...(X) == 3) {
    const auto& [first, second, third] = all;
    return moved(first, second, third);
  } else {
    const auto& [first, second, third, fourth] = all;
    return moved(first, second, third, fourth);
  }
}
}  // namespace vscg::detail

namespace vscg::nn {

/// A layer whose parameters do not learn; gradients still flow through it to its operands. Its arrays have the layer's
/// names. PyTorch: requires_grad_(False) on the layer's parameters. It takes what the layer takes, and returns a
/// var, or several as `vars` (a std::pair or std::tuple of them will do).
template <class Layer>
struct frozen {
  Layer layer;
  VSCG_NAMED_MEMBERS((layer, ""))

  template <Var First, Var... Rest>
  auto operator()(const First& first, const Rest&... rest) const {
    constexpr mode outer = First::tag::traced;
    if constexpr (outer == mode::training)
      return detail::in_mode<outer>(
          layer(detail::in_mode<mode::frozen>(first), detail::in_mode<mode::frozen>(rest)...));
    else
      return layer(first, rest...);
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
