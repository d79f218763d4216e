// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/permute.hpp>

// Attention with several heads: each head has its own channels of every step.

namespace vscg {

/// [B, T, Heads * D] to [B, Heads, T, D], in which each head's steps lie together (PyTorch's
/// x.view(B, T, Heads, D).transpose(1, 2)). A view as [B, Heads, T, D] would mix steps and heads.
template <int Heads, class Layer = struct split_heads_function, Var X>
auto split_heads(const X& given) {
  const auto x = expect_shape<Layer, shape<dyn, any_extent, any_extent>>(given);
  using Shape = shape_of<decltype(x)>;
  constexpr int C = extent<Shape, 2>;
  constexpr bool refused = !std::is_same_v<Shape, shape_of<X>>;
  constexpr bool divides = Heads > 0 && C % (Heads > 0 ? Heads : 1) == 0;
  require<refused || divides, Layer, expects<number::multiple_of, Heads>, gets<C>>();
  constexpr int heads = divides ? Heads : 1;
  return permute<0, 2, 1, 3>(view<shape<dyn, extent<Shape, 1>, heads, C / heads>>(x));
}
VSCG_OPERANDS_WITH_NUMBERS(split_heads, 1, 1)

/// Takes back what `split_heads` did: [B, H, T, D] to [B, T, H * D] (PyTorch's x.transpose(1, 2).flatten(2)).
template <Var X>
auto merge_heads(const X& given) {
  const auto x = expect_shape<struct merge_heads_function, shape<dyn, any_extent, any_extent, any_extent>>(given);
  using Shape = shape_of<decltype(x)>;
  return view<shape<dyn, extent<Shape, 2>, extent<Shape, 1> * extent<Shape, 3>>>(permute<0, 2, 1, 3>(x));
}
VSCG_OPERANDS_OF(merge_heads, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
