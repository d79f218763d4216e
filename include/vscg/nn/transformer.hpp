// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/ops/add.hpp>

namespace vscg::nn {

/// The part of a transformer's layer that looks at each step alone: drop(linear2(drop(relu(linear1(x))))).
///
/// Names: linear1.*, linear2.*.
template <int C, int Inner>
struct feed_forward {
  linear<C, Inner> linear1{};
  linear<Inner, C> linear2{};
  nn::dropout dropout{0.1}, dropout2{0.1};
  VSCG_MEMBERS(linear1, linear2, dropout, dropout2)

  template <Var X>
  auto operator()(const X& x) const {
    return dropout2(linear2(dropout(linear1.with_relu(x))));
  }
  VSCG_OPERANDS(1, 1)
};

/// Where a transformer's layer normalizes: after each sum, or before each part (PyTorch's norm_first).
enum class norm_order : unsigned char { after, before };

/// Self attention, then two linear layers with relu between them, each added to what went in: [B, T, C] to [B, T, C].
/// All dropouts have the same rate in PyTorch; here each is a member: of the attention weights, after the attention,
/// inside and after the linear layers.
///
///   after:  x = norm1(x + drop(self_attn(x))),  y = norm2(x + drop(linear2(drop(relu(linear1(x))))))
///   before: x = x + drop(self_attn(norm1(x))),  y = x + drop(linear2(drop(relu(linear1(norm2(x))))))
///
/// Names: self_attn.*, linear1.*, linear2.*, norm1.*, norm2.*. PyTorch:
/// nn.TransformerEncoderLayer(C, Heads, Inner, batch_first=True), norm_first if `Order` is before.
template <int C, int Heads, int Inner, norm_order Order = norm_order::after>
struct transformer_encoder_layer {
  multihead_attention<C, Heads> self_attn{.dropout = {0.1}};
  feed_forward<C, Inner> of_steps{};
  layer_norm<C> norm1{}, norm2{};
  nn::dropout dropout1{0.1};
  VSCG_NAMED_MEMBERS((self_attn, "self_attn"), (of_steps, ""), (norm1, "norm1"), (norm2, "norm2"),
                     (dropout1, "dropout1"))

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_shape<transformer_encoder_layer, shape<dyn, any_extent, C>>(given);
    if constexpr (Order == norm_order::after) {
      const auto attended = norm1(x + dropout1(self_attn(x)));
      return norm2(attended + of_steps(attended));
    } else {
      const auto attended = x + dropout1(self_attn(norm1(x)));
      return attended + of_steps(norm2(attended));
    }
  }
  VSCG_OPERANDS(1, 1)
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
