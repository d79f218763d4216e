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
#include <vscg/cuda/roundings.hpp>
#include <vscg/cuda/thin_product.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::cuda_detail {

/// What ends a product: c = f((holds ? c : 0) + bias).
template <class Function, class T, class Each>
void finish(const gemm_arguments<T>& args, bool holds, const T* bias, Each each) {
  kernels::finish_product<Function, T> rest{};
  rest.rows = args.m;
  rest.columns = args.n;
  rest.leading = args.ldc;
  rest.stride = args.stride_c;
  rest.holds = holds;
  rest.bias = bias;
  rest.c = args.c;
  each(args.batch * args.m * args.n, rest);
}

template <class Function>
inline constexpr bool is_relu = std::is_same_v<Function, relu_function>;
/// Whether a library may apply the function.
template <class Function>
inline constexpr bool ends_in_library = is_relu<Function> || std::is_same_v<Function, identity_function>;

/// A product of the library, and what it leaves to a kernel. `multiplied`: a kernel has done both but for the function.
template <class Function, class T, class Multiply, class Each>
void multiply_and_finish(const gemm_arguments<T>& args, bool multiplied, Multiply multiply, Each each) {
  const bool multiplies = args.k > 0;  // an empty sum has a bias too
  const bool ended = multiplies && !multiplied && multiply(column_major(args), is_relu<Function>);
  const bool bias_left = args.bias != nullptr && !ended && !multiplied;
  const bool function_left = ends_in_library<Function> ? is_relu<Function> && !ended : true;
  if (multiplies && !bias_left && !function_left) return;
  finish<Function>(args, multiplies || args.accumulate, bias_left ? args.bias : nullptr, each);
}

/// The matrix product; see `gemm_arguments`. `multiply(product, relu)` has a library compute it and says whether bias
/// and max(x, 0) are done too; `each(n, kernel)` launches what is left, and `rows(n, row_elements, kernel)` the
/// products that no library is asked for.
template <class Function, class T, class Multiply, class Each, class Rows>
void gemm(const gemm_arguments<T>& args, Multiply multiply, Each each, Rows rows) {
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  const bool thin = multiply_thin(args, rows);
  multiply_and_finish<Function>(args, thin, multiply, each);
}

/// The product of bf16 matrices a and b in place of those of `args`, with sums in float. The result is float, or bf16;
/// then the bias is too, as a library wants it.
template <class Function, class T, class Multiply, class Each>
void gemm_of_bf16(const gemm_arguments<T>& args, const bf16* a, const bf16* b, Multiply multiply, Each each) {
  static_assert(ends_in_library<Function>);
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  const auto multiply_these = [&](const column_major_product<T>& product, bool relu) {
    return multiply(with_operands(product, b, a), relu);
  };
  multiply_and_finish<Function>(args, false, multiply_these, each);
}

/// Whether a product is large enough for bf16 copies of its operands: it then saves more time than they take. That
/// depends on the matrix that has no items in it, W or its gradient, and so not on their number: an item's bits do not
/// change with its batch. (A product of items with items couples them anyway.)
template <class T>
constexpr bool suits_bf16_copies(const gemm_arguments<T>& args) {
  constexpr std::size_t enough = 512 * 512;
  return (args.trans_a ? args.m : args.k) * args.n >= enough;
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
  const auto rows = [&](std::size_t n, std::size_t row_elements, const auto& kernel) {
    queue.rows(n, row_elements, kernel);
  };
  for_each_part_of<Number>(args, workspace.size(), [&](const gemm_arguments<float>& part, bool last) {
    last ? gemm<Function>(part, multiply_copies, each, rows)
         : gemm<identity_function>(part, multiply_copies, each, rows);
  });
}

/// Two products, one after the other or, if they differ only in their arrays, at once.
template <class Function, class T, class Multiply, class Each, class Rows>
void gemm_pair(const gemm_arguments<T>& first, const gemm_arguments<T>& second, Multiply multiply, Each each,
               Rows rows) {
  static_assert(ends_in_library<Function>);
  const bool at_once = are_pair(first, second) && first.m > 0 && first.n > 1 && first.k > 1;
  if (!at_once) {
    gemm<Function>(first, multiply, each, rows);
    gemm<Function>(second, multiply, each, rows);
    return;
  }
  const bool ended = multiply(column_major_pair(first, second), is_relu<Function>);
  if (ended || (first.bias == nullptr && !is_relu<Function>)) return;
  finish<Function>(first, true, first.bias, each);
  finish<Function>(second, true, second.bias, each);
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
