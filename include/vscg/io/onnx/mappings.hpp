// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/node.hpp>
#include <vscg/io/onnx/graph.hpp>
#include <vscg/io/onnx/recurrent.hpp>

// How our operations are computed in ONNX, operator set 17.

namespace vscg::io::onnx_detail {

using axes = std::vector<std::int64_t>;
using names = std::vector<std::string>;

/// One operator on all operands.
inline onnx_mapping same(const char* type) {
  return [type](onnx_graph& to, const node& n) {
    names operands;
    for (std::size_t k = 0; k < n.operands.size(); ++k) operands.push_back(to.operand(n, k));
    return names{to.add(type, operands)};
  };
}

/// The second operand has one number for each row of the first.
inline onnx_mapping by_row(const char* type) {
  return [type](onnx_graph& to, const node& n) {
    const auto rows = to.add("Unsqueeze", {to.operand(n, 1), to.integers({-1})});
    return names{to.add(type, {to.operand(n, 0), rows})};
  };
}

/// A reduction that takes its axes as an attribute, as all but ReduceSum do.
inline std::string reduce(onnx_graph& to, const char* type, const std::string& x, const axes& over, bool keep = false) {
  return to.add(type, {x}, {{"axes", over}, {"keepdims", keep ? 1 : 0}});
}
inline std::string row_sums(onnx_graph& to, const std::string& x, bool keep) {
  return to.add("ReduceSum", {x, to.integers({-1})}, {{"keepdims", keep ? 1 : 0}});
}

inline std::string transposed(onnx_graph& to, const std::string& x, std::size_t rank) {
  axes order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[rank - 2], order[rank - 1]);
  return to.add("Transpose", {x}, {{"perm", order}});
}

// Functions of one number, by the names that they have as operations and as activations of products.
inline std::string function(onnx_graph& to, const std::string& name, const std::string& x) {
  if (name == "relu") return to.add("Relu", {x});
  if (name == "sigmoid") return to.add("Sigmoid", {x});
  if (name == "tanh") return to.add("Tanh", {x});
  if (name == "silu") return to.add("Mul", {x, to.add("Sigmoid", {x})});
  if (name == "gelu") {
    const auto error = to.add("Erf", {to.add("Mul", {x, to.scalar(0.70710678118654752)})});
    return to.add("Mul", {to.add("Mul", {x, to.scalar(0.5)}), to.add("Add", {error, to.scalar(1)})});
  }
  throw expectation_error("ONNX: a function", "relu, sigmoid, tanh, silu or gelu", name);
}
inline names unary(onnx_graph& to, const node& n) { return {function(to, n.kind, to.operand(n, 0))}; }

inline names linear(onnx_graph& to, const node& n) {
  std::string y = to.add("MatMul", {to.operand(n, 0), transposed(to, to.operand(n, 1), 2)});
  if (n.operands.size() > 2) y = to.add("Add", {y, to.operand(n, 2)});
  const setting_entry* const activation = n.settings.find("activation");
  return {activation == nullptr ? y : function(to, activation->word, y)};
}

// The product takes some rows of a weight and a bias.
inline names linear_rows(onnx_graph& to, const node& n) {
  const auto first = static_cast<std::int64_t>(onnx_graph::number(n, "first"));
  const auto last = first + to.result_extents(n).back();
  const auto rows = [&](std::size_t k) {
    return to.add("Slice", {to.operand(n, k), to.integers({first}), to.integers({last}), to.integers({0})});
  };
  const auto weight = transposed(to, rows(1), 2);
  const auto product = to.add("MatMul", {to.operand(n, 0), weight});
  return {to.add("Add", {product, rows(2)})};
}

inline names embedding(onnx_graph& to, const node& n) {
  return {to.add("Gather", {to.operand(n, 1), to.operand(n, 0)}, {{"axis", 0}})};
}

inline names select_rows(onnx_graph& to, const node& n) {
  const auto first = static_cast<std::int64_t>(onnx_graph::number(n, "first"));
  const auto step = static_cast<std::int64_t>(onnx_graph::number(n, "step"));
  axes rows;
  for (std::int64_t k = 0; k < to.result_extents(n)[1]; ++k) rows.push_back(first + k * step);
  return {to.add("Gather", {to.operand(n, 0), to.integers(rows)}, {{"axis", 1}})};
}

inline names matmul(onnx_graph& to, const node& n) {
  const auto b = to.operand(n, 1);
  const bool turn = onnx_graph::number(n, "transpose_b") != 0;
  return {to.add("MatMul", {to.operand(n, 0), turn ? transposed(to, b, to.extents(n, 1).size()) : b})};
}

inline names pairwise_products(onnx_graph& to, const node& n) {
  return {to.add("MatMul", {to.operand(n, 0), transposed(to, to.operand(n, 1), 2)})};
}

inline names transpose(onnx_graph& to, const node& n) {
  return {transposed(to, to.operand(n, 0), to.extents(n, 0).size())};
}

// ONNX puts the channels before the steps.
inline names conv1d(onnx_graph& to, const node& n) {
  const auto padding = static_cast<std::int64_t>(onnx_graph::number(n, "padding"));
  const auto y = to.add("Conv", {transposed(to, to.operand(n, 0), 3), to.operand(n, 1), to.operand(n, 2)},
                        {{"pads", axes{padding, padding}}});
  return {transposed(to, y, 3)};
}

inline names conv2d(onnx_graph& to, const node& n) {
  const auto padding = static_cast<std::int64_t>(onnx_graph::number(n, "padding"));
  const auto stride = static_cast<std::int64_t>(onnx_graph::number(n, "stride"));
  const auto x = to.add("Transpose", {to.operand(n, 0)}, {{"perm", axes{0, 3, 1, 2}}});
  const auto y = to.add("Conv", {x, to.operand(n, 1), to.operand(n, 2)},
                        {{"pads", axes(4, padding)}, {"strides", axes(2, stride)}});
  return {to.add("Transpose", {y}, {{"perm", axes{0, 2, 3, 1}}})};
}

inline names mean_of_largest(onnx_graph& to, const node& n) {
  const auto count = to.integers({static_cast<std::int64_t>(onnx_graph::number(n, "count"))});
  const auto largest = to.add("TopK", {to.operand(n, 0), count}, {{"axis", 1}}, 2);
  return {reduce(to, "ReduceMean", largest[0], {1}, false)};
}

inline names max_pool1d(onnx_graph& to, const node& n) {
  const axes window{static_cast<std::int64_t>(onnx_graph::number(n, "window"))};
  const auto y =
      to.add("MaxPool", {transposed(to, to.operand(n, 0), 3)}, {{"kernel_shape", window}, {"strides", window}});
  return {transposed(to, y, 3)};
}

inline names softmax(onnx_graph& to, const node& n) { return {to.add("Softmax", {to.operand(n, 0)}, {{"axis", -1}})}; }

inline names layer_norm(onnx_graph& to, const node& n) {
  return {to.add("LayerNormalization", {to.operand(n, 0), to.operand(n, 1), to.operand(n, 2)},
                 {{"axis", -1}, {"epsilon", onnx_graph::number(n, "epsilon")}})};
}

inline names normalize_channels(onnx_graph& to, const node& n) {
  const auto x = to.add("Sub", {to.operand(n, 0), to.operand(n, 1)});
  const auto variance = to.add("Add", {to.operand(n, 2), to.scalar(onnx_graph::number(n, "epsilon"))});
  const auto y = to.add("Mul", {to.add("Div", {x, to.add("Sqrt", {variance})}), to.operand(n, 3)});
  return {to.add("Add", {y, to.operand(n, 4)})};
}

inline names normalize(onnx_graph& to, const node& n) {
  const auto x = to.operand(n, 0);
  const auto total = to.add("Add", {row_sums(to, x, true), to.scalar(onnx_graph::number(n, "epsilon"))});
  return {to.add("Div", {x, total})};
}

inline names cosine_similarity(onnx_graph& to, const node& n) {
  const auto epsilon = to.scalar(onnx_graph::number(n, "epsilon"));
  const auto length = [&](std::size_t k) {
    return to.add("Max", {reduce(to, "ReduceL2", to.operand(n, k), {-1}), epsilon});
  };
  const auto dot = row_sums(to, to.add("Mul", {to.operand(n, 0), to.operand(n, 1)}), false);
  return {to.add("Div", {dot, to.add("Mul", {length(0), length(1)})})};
}

inline names scale(onnx_graph& to, const node& n) {
  return {to.add("Mul", {to.operand(n, 0), to.scalar(onnx_graph::number(n, "factor"))})};
}

inline names shift(onnx_graph& to, const node& n) {
  const auto x = to.operand(n, 0);
  const auto addend = to.scalar(onnx_graph::number(n, "addend"));
  return {onnx_graph::number(n, "sign") < 0 ? to.add("Sub", {addend, x}) : to.add("Add", {x, addend})};
}

inline names reciprocal(onnx_graph& to, const node& n) {
  return {to.add("Div", {to.scalar(onnx_graph::number(n, "numerator")), to.operand(n, 0)})};
}

inline names threshold(onnx_graph& to, const node& n) {
  const auto x = to.operand(n, 0);
  const auto above = to.add("Greater", {x, to.scalar(onnx_graph::number(n, "limit"))});
  return {to.add("Where", {above, x, to.scalar(0)})};
}

inline onnx_mapping over_axis(const char* type, std::int64_t axis, bool keep = false) {
  return [=](onnx_graph& to, const node& n) { return names{reduce(to, type, to.operand(n, 0), {axis}, keep)}; };
}

/// Over the axis that the operation names, which stays where it is the only one.
inline onnx_mapping over_its_axis(const char* type) {
  return [=](onnx_graph& to, const node& n) {
    const auto axis = static_cast<std::int64_t>(onnx_graph::number(n, "axis"));
    const bool keep = to.extents(n, 0).size() == 1;
    const auto x = to.operand(n, 0);
    if (type != std::string("ReduceSum")) return names{reduce(to, type, x, {axis}, keep)};
    return names{to.add(type, {x, to.integers({axis})}, {{"keepdims", keep ? 1 : 0}})};
  };
}

inline names cat(onnx_graph& to, const node& n) {
  names parts;
  for (std::size_t k = 0; k < n.operands.size(); ++k) parts.push_back(to.operand(n, k));
  return {to.add("Concat", parts, {{"axis", static_cast<std::int64_t>(onnx_graph::number(n, "axis"))}})};
}

inline names permute(onnx_graph& to, const node& n) {
  axes order;
  for (std::size_t k = 0; k < to.extents(n, 0).size(); ++k)
    order.push_back(static_cast<std::int64_t>(onnx_graph::number(n, "axis_" + std::to_string(k))));
  return {to.add("Transpose", {to.operand(n, 0)}, {{"perm", order}})};
}

inline names batch_weighted_sum(onnx_graph& to, const node& n) {
  const auto product = to.add("Mul", {to.operand(n, 0), to.operand(n, 1)});
  return {to.add("ReduceSum", {product, to.integers({0})}, {{"keepdims", 1}})};
}

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

inline names constant(onnx_graph& to, const node& n) {
  std::vector<double> all;
  for (const auto& each : n.settings) all.push_back(each.number);
  return {to.reshape(all.size() == 1 ? to.scalar(all[0]) : to.numbers(all), to.result_extents(n))};
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

inline names only_in_training(onnx_graph&, const node& n) {
  throw expectation_error("ONNX: operation '" + n.kind + "'", "a program that was traced for inference",
                          "one for training");
}

inline names lstm_with_cells(onnx_graph&, const node& n) {
  throw expectation_error("ONNX: operation '" + n.kind + "'",
                          "an LSTM whose states are read (ONNX's has no other cells)", "one whose cells are read");
}

}  // namespace vscg::io::onnx_detail

namespace vscg::io {

/// The mappings of the library's operations.
inline onnx_mapping_table onnx_mappings() {
  using namespace onnx_detail;
  return {{"add", same("Add")},
          {"add_to_rows", by_row("Add")},
          {"batch_norm", only_in_training},
          {"batch_mean", over_axis("ReduceMean", 0, true)},
          {"batch_weighted_sum", batch_weighted_sum},
          {"binary_cross_entropy", binary_cross_entropy},
          {"binary_cross_entropy_with_logits", binary_cross_entropy_with_logits},
          {"cat", cat},
          {"class_mean", class_mean},
          {"constant", constant},
          {"conv1d", conv1d},
          {"conv2d", conv2d},
          {"cosine_similarity", cosine_similarity},
          {"cross_entropy", cross_entropy},
          {"divide", same("Div")},
          {"dropout", only_in_training},
          {"embedding", embedding},
          {"gelu", unary},
          {"gru", gru},
          {"index_cross_entropy", index_cross_entropy},
          {"l1_loss", l1_loss},
          {"layer_norm", layer_norm},
          {"linear", linear},
          {"linear_rows", linear_rows},
          {"lstm", lstm},
          {"lstm_with_cells", lstm_with_cells},
          {"matmul", matmul},
          {"max", over_its_axis("ReduceMax")},
          {"max_pool1d", max_pool1d},
          {"mean", over_its_axis("ReduceMean")},
          {"mean_of_largest", mean_of_largest},
          {"mean_over_pairs", over_axis("ReduceMean", 1)},
          {"mse_loss", mse_loss},
          {"multiply", same("Mul")},
          {"normalize", normalize},
          {"normalize_channels", normalize_channels},
          {"pairwise_products", pairwise_products},
          {"permute", permute},
          {"reciprocal", reciprocal},
          {"relu", unary},
          {"scale", scale},
          {"scale_rows", by_row("Mul")},
          {"select_rows", select_rows},
          {"shift", shift},
          {"sigmoid", unary},
          {"silu", unary},
          {"softmax", softmax},
          {"subtract", same("Sub")},
          {"sum", over_its_axis("ReduceSum")},
          {"tanh", unary},
          {"threshold", threshold},
          {"transpose", transpose},
          {"weighted_class_mean", class_mean},
          {"weighted_index_cross_entropy", index_cross_entropy}};
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
