// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/node.hpp>
#include <vscg/io/onnx/graph.hpp>

// Operators of ONNX that several mappings use.

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

}  // namespace vscg::io::onnx_detail

#include <vscg/core/end.hpp>
