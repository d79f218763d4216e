// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/heads.hpp>
#include <vscg/ops/linear_rows.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg::nn {

/// Keys that meet the queries as they are.
struct plain_keys {
  template <Var Keys>
  auto operator()(const Keys& keys) const {
    return keys;
  }
};

/// Attention with `Heads` heads: softmax(q·kᵀ / √(C / Heads))·v in each, where q, k and v are linear in query, key and
/// value. Query [B, T, C], key and value [B, S, C], to [B, T, C]. With one operand, all three are that one (self
/// attention); with two, the second is key and value. `dropout` drops attention weights in training:
/// `multihead_attention<64, 8>{.dropout = {0.1}}`. `Keys` may change the keys of the heads [B, Heads, S, C / Heads]
/// before they meet the queries: a function object without members, for scores that are not q·k.
///
/// Names: in_proj_weight [3 C, C] and in_proj_bias [3 C], with the rows of q, k and v one after another,
/// out_proj.weight [C, C], out_proj.bias [C]. PyTorch: nn.MultiheadAttention(C, Heads, dropout, batch_first=True).
template <int C, int Heads, class Keys = plain_keys>
struct multihead_attention {
  nn::dropout dropout{0};
  parameter<init::xavier_uniform, 3 * C, C> in_proj_weight{};
  parameter<init::zeros, 3 * C> in_proj_bias{};
  nn::linear<C, C, init::uniform<C>, init::zeros> out_proj{};
  VSCG_MEMBERS(dropout, in_proj_weight, in_proj_bias, out_proj)

  template <Var X>
  auto operator()(const X& x) const {
    return attend(x, x, x).first;
  }
  template <Var Query, Var Memory>
  auto operator()(const Query& query, const Memory& memory) const {
    return attend(query, memory, memory).first;
  }
  template <Var Query, Var Key, Var Value>
  auto operator()(const Query& query, const Key& key, const Value& value) const {
    return attend(query, key, value).first;
  }
  VSCG_OPERANDS(1, 3)

  /// The output [B, T, C] and the weights [B, T, S], the mean over the heads, as `vars`. PyTorch returns both by
  /// default (need_weights=True).
  template <Var Query, Var Key, Var Value>
  auto with_weights(const Query& query, const Key& key, const Value& value) const {
    const auto [output, weights] = attend(query, key, value);
    return vars{output, vscg::mean<1>(weights)};
  }

 private:
  template <Var Query, Var Key, Var Value>
  auto attend(const Query& query, const Key& given_key, const Value& given_value) const {
    using sequence = shape<dyn, any_extent, C>;
    const auto key = expect_shape<multihead_attention, sequence>(given_key);
    const auto value =
        expect_same_shape<multihead_attention>(key, expect_shape<multihead_attention, sequence>(given_value));
    const auto q = heads_of<0>(expect_shape<multihead_attention, sequence>(query));
    const auto k = Keys{}(heads_of<1>(key));
    const auto v = heads_of<2>(value);
    const double scale = 1 / math::sqrt(static_cast<double>(extent<shape_of<decltype(q)>, -1>));
    const auto weights = dropout(softmax(matmul(q * scale, transpose(k))));
    return vars{out_proj(merge_heads(matmul(weights, v))), weights};
  }
  /// The projection of x whose weights are the `Part`-th of the packed ones, head by head.
  template <int Part, Var X>
  auto heads_of(const X& x) const {
    const auto y =
        linear_rows<Part * C, C, multihead_attention>(x, operand(x, in_proj_weight), operand(x, in_proj_bias));
    return split_heads<Heads, multihead_attention>(y);
  }
};

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
