// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vscg/core/node.hpp>
#include <vscg/io/onnx/graph.hpp>
#include <vscg/io/onnx/operators.hpp>

// LSTM and GRU. ONNX puts the steps before the batch, orders the gates differently, and has both biases in one array.

namespace vscg::io::onnx_detail {

/// [D, G H, ...] with the blocks of its G gates in another order: `order[k]` is which of ours comes k-th in ONNX.
inline std::string in_gate_order(onnx_graph& to, const std::string& x, std::int64_t hidden,
                                 const std::vector<std::size_t>& order) {
  const std::string sizes = to.integers(std::vector<std::int64_t>(order.size(), hidden));
  const auto gates = to.add("Split", {x, sizes}, {{"axis", 1}}, order.size());
  std::vector<std::string> ordered;
  for (const std::size_t k : order) ordered.push_back(gates[k]);
  return to.add("Concat", ordered, {{"axis", 1}});
}

/// x [B, Each..., T, In], joined to what its sequences share [B, T, K], operand `k`.
inline std::string join_shared(onnx_graph& to, const node& n, std::size_t k) {
  axes added;
  axes repeats = {1};
  for (std::size_t axis = 1; axis + 2 < to.extents(n, 0).size(); ++axis) {
    added.push_back(static_cast<std::int64_t>(axis));
    repeats.push_back(to.extents(n, 0)[axis]);
  }
  repeats.insert(repeats.end(), {1, 1});
  auto shared = to.operand(n, k);
  if (!added.empty())
    shared = to.add("Expand", {to.add("Unsqueeze", {shared, to.integers(added)}), to.integers(repeats)});
  return to.add("Concat", {to.operand(n, 0), shared}, {{"axis", -1}});
}

/// Operands x [B, T, In], W_ih [D, G H, In], W_hh [D, G H, H], b_ih and b_hh [D, G H] and, if there are more, the
/// initial states of the directions, [B, D, H], and an LSTM's initial cells, or what an item's sequences share. The
/// result is [B, T, D H]. Weights of a single direction come without its axis. Axes between batch and steps are
/// sequences of their own, which ONNX takes as more items.
inline std::vector<std::string> recurrent(onnx_graph& to, const node& n, const char* type,
                                          const std::vector<std::size_t>& order,
                                          std::vector<onnx_attribute> attributes) {
  const auto hidden = static_cast<std::int64_t>(onnx_graph::number(n, "hidden"));
  const bool both = onnx_graph::number(n, "directions") == 2;
  attributes.push_back({"hidden_size", hidden});
  attributes.push_back({"direction", both ? "bidirectional" : "forward"});

  const auto ordered = [&](std::size_t k) {
    const bool stacked = to.extents(n, 1).size() == 3;
    const auto weights = stacked ? to.operand(n, k) : to.add("Unsqueeze", {to.operand(n, k), to.integers({0})});
    return in_gate_order(to, weights, hidden, order);
  };
  const bool flat = to.extents(n, 0).size() == 3;
  const auto steps_first = [&](const std::string& one, std::size_t k, std::int64_t channels) {
    const std::int64_t steps = *(to.extents(n, k).end() - 2);
    const auto x = flat ? one : to.add("Reshape", {one, to.integers({-1, steps, channels})});
    return to.add("Transpose", {x}, {{"perm", axes{1, 0, 2}}});
  };
  const bool shares = n.settings.find("shared") != nullptr;
  const auto x = shares ? join_shared(to, n, 5) : to.operand(n, 0);
  std::vector<std::string> inputs{steps_first(x, 0, to.extents(n, 1).back()), ordered(1), ordered(2)};
  inputs.push_back(to.add("Concat", {ordered(3), ordered(4)}, {{"axis", 1}}));
  if (n.operands.size() > 5 && !shares) {
    inputs.emplace_back();  // no lengths
    for (std::size_t k = 5; k < n.operands.size(); ++k) inputs.push_back(steps_first(to.operand(n, k), k, hidden));
  }
  const auto states = to.add(type, inputs, attributes);  // [T, D, B, H]
  const auto turned = to.add("Transpose", {states}, {{"perm", axes{2, 0, 1, 3}}});
  const auto& extents = to.result_extents(n);
  if (flat) return {to.reshape(turned, extents)};
  axes separate{-1};
  separate.insert(separate.end(), extents.begin() + 1, extents.end());
  return {to.add("Reshape", {turned, to.integers(separate)})};
}

/// Our order is i, f, g, o; ONNX's is i, o, f, g.
inline std::vector<std::string> lstm(onnx_graph& to, const node& n) {
  return recurrent(to, n, "LSTM", {0, 3, 1, 2}, {});
}

/// Our order is r, z, n; ONNX's is z, r, n.
inline std::vector<std::string> gru(onnx_graph& to, const node& n) {
  return recurrent(to, n, "GRU", {1, 0, 2}, {{"linear_before_reset", 1}});
}

}  // namespace vscg::io::onnx_detail

#include <vscg/core/end.hpp>
