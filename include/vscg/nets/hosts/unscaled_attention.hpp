// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg {

/// What queries find: softmax(Q·Kᵀ)·U, with a softmax over the keys and products that are not scaled. Queries
/// [B, ..., N, C], keys [B, ..., M, C] and values [B, ..., M, D] to [B, ..., N, D].
template <Var Queries, Var Keys, Var Values>
auto unscaled_attention(const Queries& queries, const Keys& keys, const Values& values) {
  return matmul(softmax(matmul(queries, transpose(keys))), values);
}

/// Rows that look at each other: norm(X + drop(`unscaled_attention`)), with Q, K and U linear in the rows X [..., N,
/// C]: regions of a segment, or segments of a stream.
template <class Query, class Key, class Value, class Norm, class Dropout, Var X>
auto attend_within(const Query& query, const Key& key, const Value& value, const Norm& norm, const Dropout& dropout,
                   const X& x) {
  return norm(x + dropout(unscaled_attention(query(x), key(x), value(x))));
}

}  // namespace vscg

#include <vscg/core/end.hpp>
