// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

#include <vscg/core/node.hpp>
#include <vscg/io/onnx/graph.hpp>
#include <vscg/io/onnx/operators.hpp>

namespace vscg::io::onnx_detail {

// Losses are means over all elements of an item.

inline std::string item_means(onnx_graph& to, const std::string& x, std::size_t rank) {
  axes over;
  for (std::size_t axis = 1; axis < rank; ++axis) over.push_back(static_cast<std::int64_t>(axis));
  return over.empty() ? x : reduce(to, "ReduceMean", x, over);
}

inline names mse_loss(onnx_graph& to, const node& n) {
  const auto difference = to.add("Sub", {to.operand(n, 0), to.operand(n, 1)});
  return {item_means(to, to.add("Mul", {difference, difference}), to.extents(n, 0).size())};
}

inline names l1_loss(onnx_graph& to, const node& n) {
  const auto difference = to.add("Sub", {to.operand(n, 0), to.operand(n, 1)});
  return {item_means(to, to.add("Abs", {difference}), to.extents(n, 0).size())};
}

inline names binary_cross_entropy_with_logits(onnx_graph& to, const node& n) {
  const auto x = to.operand(n, 0);
  const auto linear_part = to.add("Sub", {to.add("Relu", {x}), to.add("Mul", {x, to.operand(n, 1)})});
  const auto rest = to.add("Softplus", {to.add("Neg", {to.add("Abs", {x})})});
  return {item_means(to, to.add("Add", {linear_part, rest}), to.extents(n, 0).size())};
}

inline names binary_cross_entropy(onnx_graph& to, const node& n) {
  const auto one = to.scalar(1);
  const auto term = [&](const std::string& target, const std::string& p) {
    return to.add("Mul", {target, to.add("Max", {to.add("Log", {p}), to.scalar(-100)})});
  };
  const auto other = [&](std::size_t k) { return to.add("Sub", {one, to.operand(n, k)}); };
  const auto yes = term(to.operand(n, 1), to.operand(n, 0));
  const auto no_target = other(1);
  const auto no = term(no_target, other(0));
  const auto sum = to.add("Add", {yes, no});
  return {item_means(to, to.add("Neg", {sum}), to.extents(n, 0).size())};
}

inline names cross_entropy(onnx_graph& to, const node& n) {
  const auto logarithms = to.add("LogSoftmax", {to.operand(n, 0)}, {{"axis", -1}});
  const auto rows = row_sums(to, to.add("Mul", {logarithms, to.operand(n, 1)}), false);
  return {item_means(to, to.add("Neg", {rows}), to.extents(n, 0).size() - 1)};
}

// A negative class costs nothing.
inline names index_cross_entropy(onnx_graph& to, const node& n) {
  const auto logarithms = to.add("LogSoftmax", {to.operand(n, 0)}, {{"axis", -1}});
  const auto none = to.add("Less", {to.operand(n, 1), to.index(0)});
  const auto known = to.add("Max", {to.operand(n, 1), to.index(0)});
  const auto places = to.add("Unsqueeze", {known, to.integers({-1})});
  const auto chosen = to.add("GatherElements", {logarithms, places}, {{"axis", -1}});
  const auto rows = to.add("Squeeze", {chosen, to.integers({-1})});
  auto cost = to.add("Neg", {rows});
  const bool weighted = n.operands.size() > 2;
  if (weighted) cost = to.add("Mul", {cost, to.add("Gather", {to.operand(n, 2), known})});
  const double smoothing = onnx_graph::number(n, "label_smoothing");
  if (smoothing != 0) {
    const auto each = weighted ? to.add("Mul", {logarithms, to.operand(n, 2)}) : logarithms;
    const auto share = to.scalar(-smoothing / to.extents(n, 0).back());
    const auto spread = to.add("Mul", {row_sums(to, each, false), share});
    cost = to.add("Add", {to.add("Mul", {cost, to.scalar(1 - smoothing)}), spread});
  }
  return {item_means(to, to.add("Where", {none, to.scalar(0), cost}), to.extents(n, 1).size())};
}

// Of a whole batch in which some row has a class.
inline names class_mean(onnx_graph& to, const node& n) {
  const auto none = to.add("Less", {to.operand(n, 1), to.index(0)});
  auto weight = to.scalar(1);
  if (n.operands.size() > 2) {
    const auto known = to.add("Max", {to.operand(n, 1), to.index(0)});
    weight = to.add("Gather", {to.operand(n, 2), known});
  }
  const auto weights = to.add("Where", {none, to.scalar(0), weight});
  const auto sum = to.add("ReduceSum", {to.operand(n, 0)}, {{"keepdims", 0}});
  const auto total = to.add("Mul", {sum, to.scalar(onnx_graph::number(n, "rows"))});
  const auto mean = to.add("Div", {total, to.add("ReduceSum", {weights}, {{"keepdims", 0}})});
  return {to.add("Reshape", {mean, to.integers({1})})};
}

}  // namespace vscg::io::onnx_detail

#include <vscg/core/end.hpp>
