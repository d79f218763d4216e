// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/copy_operands.hpp>
#include <vscg/cuda/finish_product.hpp>
#include <vscg/cuda/product_parts.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::cuda_detail {

/// The matrix product; see `gemm_arguments`. `multiply(product, relu)` has a library compute it and says whether bias
/// and max(x, 0) are done too; `each(n, kernel)` launches what is left.
template <class Function, class T, class Multiply, class Each>
void gemm(const gemm_arguments<T>& args, Multiply multiply, Each each) {
  constexpr bool relu = std::is_same_v<Function, relu_function>;
  constexpr bool ends_in_library = relu || std::is_same_v<Function, identity_function>;
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  const bool multiplies = args.k > 0;  // an empty sum has a bias too
  const bool ended = multiplies && multiply(column_major(args), relu);
  const bool bias_left = args.bias != nullptr && !ended;
  const bool function_left = ends_in_library ? relu && !ended : true;
  if (multiplies && !bias_left && !function_left) return;
  kernels::finish_product<Function, T> rest{};
  rest.rows = args.m;
  rest.columns = args.n;
  rest.leading = args.ldc;
  rest.stride = args.stride_c;
  rest.holds = multiplies || args.accumulate;
  rest.bias = bias_left ? args.bias : nullptr;
  rest.c = args.c;
  each(args.batch * args.m * args.n, rest);
}

/// The same on copies of A and B in other numbers, which a workspace of at least 2048 numbers holds; a product whose
/// copies are too many for it is computed in parts. `queue.rows(n, row_elements, kernel)` launches the copying,
/// `multiply(product of copies, relu)` has a library multiply them.
template <class Function, class Number, class Queue, class Multiply>
void gemm_of_copies(const gemm_arguments<float>& args, std::span<Number> workspace, Queue& queue, Multiply multiply) {
  const auto multiply_copies = [&](const column_major_product<float>& product, bool relu) {
    const operand_copies<Number> copies(product);
    copies.make(product, workspace.data(), queue);
    return copies.multiply(product, workspace.data(), relu, multiply);
  };
  const auto each = [&](std::size_t n, const auto& rest) { queue.each(n, 1, rest); };
  for_each_part_of<Number>(args, workspace.size(), [&](const gemm_arguments<float>& part, bool last) {
    last ? gemm<Function>(part, multiply_copies, each) : gemm<identity_function>(part, multiply_copies, each);
  });
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
