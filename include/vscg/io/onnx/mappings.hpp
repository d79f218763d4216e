// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/node.hpp>
#include <vscg/io/onnx/graph.hpp>
#include <vscg/io/onnx/losses.hpp>
#include <vscg/io/onnx/operators.hpp>
#include <vscg/io/onnx/recurrent.hpp>

// How our operations are computed in ONNX, operator set 17.

namespace vscg::io::onnx_detail {

// Functions of one number, by the names that they have as operations and as activations of products.
inline std::string function(onnx_graph& to, const std::string& name, const std::string& x) {
  if (name == "relu") return to.add("Relu", {x});
  if (name == "sigmoid") return to.add("Sigmoid", {x});
  if (name == "tanh") return to.add("Tanh", {x});
  if (name == "silu") return to.add("Mul", {x, to.add("Sigmoid", {x})});
  if (name == "signed_sqrt") return to.add("Mul", {to.add("Sign", {x}), to.add("Sqrt", {to.add("Abs", {x})})});
  if (name == "gelu") {
    const auto error = to.add("Erf", {to.add("Mul", {x, to.scalar(0.70710678118654752)})});
    return to.add("Mul", {to.add("Mul", {x, to.scalar(0.5)}), to.add("Add", {error, to.scalar(1)})});
  }
  throw expectation_error("ONNX: a function", "relu, sigmoid, tanh, silu, gelu or signed_sqrt", name);
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
  const auto& extents = to.result_extents(n);
  const std::size_t axis = extents.size() - 2;
  axes rows;
  for (std::int64_t k = 0; k < extents[axis]; ++k) rows.push_back(first + k * step);
  return {to.add("Gather", {to.operand(n, 0), to.integers(rows)}, {{"axis", static_cast<std::int64_t>(axis)}})};
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

inline names logsumexp(onnx_graph& to, const node& n) {
  std::string x = to.operand(n, 0);
  if (n.operands.size() > 1) x = to.add("Add", {x, to.add("Log", {to.operand(n, 1)})});
  return {reduce(to, "ReduceLogSumExp", x, {-1})};
}

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

inline names divide_by_sum(onnx_graph& to, const node& n) {
  const auto x = to.operand(n, 0);
  const auto total = to.add("Add", {row_sums(to, x, true), to.scalar(onnx_graph::number(n, "epsilon"))});
  return {to.add("Div", {x, total})};
}

inline names normalize(onnx_graph& to, const node& n) {
  const auto x = to.operand(n, 0);
  const auto* const type = onnx_graph::number(n, "p") == 1 ? "ReduceL1" : "ReduceL2";
  const auto epsilon = to.scalar(onnx_graph::number(n, "epsilon"));
  return {to.add("Div", {x, to.add("Max", {reduce(to, type, x, {-1}, true), epsilon})})};
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

inline names constant(onnx_graph& to, const node& n) {
  std::vector<double> all;
  for (const auto& each : n.settings) all.push_back(each.number);
  return {to.reshape(all.size() == 1 ? to.scalar(all[0]) : to.numbers(all), to.result_extents(n))};
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
          {"divide_by_sum", divide_by_sum},
          {"dropout", only_in_training},
          {"embedding", embedding},
          {"gaussian_noise", only_in_training},
          {"gelu", unary},
          {"gru", gru},
          {"index_cross_entropy", index_cross_entropy},
          {"l1_loss", l1_loss},
          {"layer_norm", layer_norm},
          {"linear", linear},
          {"linear_rows", linear_rows},
          {"logsumexp", logsumexp},
          {"lstm", lstm},
          {"lstm_with_cells", lstm_with_cells},
          {"lstm_with_shared", lstm},
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
          {"signed_sqrt", unary},
          {"silu", unary},
          {"softmax", softmax},
          {"subtract", same("Sub")},
          {"sum", over_its_axis("ReduceSum")},
          {"tanh", unary},
          {"threshold", threshold},
          {"transpose", transpose},
          {"weighted_class_mean", class_mean},
          {"weighted_index_cross_entropy", index_cross_entropy},
          {"weighted_logsumexp", logsumexp}};
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
