// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>
#include <vscg/cuda/column_major.hpp>
#include <vscg/cuda/finish_product.hpp>
#include <vscg/cuda/thin_product.hpp>
#include <vscg/ops/relu.hpp>

namespace vscg::cuda_detail {

/// The matrix product; see `gemm_arguments`. `multiply(product, relu)` has a library compute it and says whether bias
/// and max(x, 0) are done too; `each(n, kernel)` launches what is left, and `rows(n, row_elements, kernel)` the
/// products that no library is asked for.
template <class Function, class T, class Multiply, class Each, class Rows>
void gemm(const gemm_arguments<T>& args, Multiply multiply, Each each, Rows rows) {
  constexpr bool relu = std::is_same_v<Function, relu_function>;
  constexpr bool ends_in_library = relu || std::is_same_v<Function, identity_function>;
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  const bool multiplies = args.k > 0;  // an empty sum has a bias too
  const bool thin = multiply_thin(args, rows);
  const bool ended = multiplies && !thin && multiply(column_major(args), relu);
  const bool bias_left = args.bias != nullptr && !ended && !thin;
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

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
