// SPDX-License-Identifier: MIT
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <vscg/cuda/column_major.hpp>
#include <vscg/ops/relu.hpp>

#include "cuda/host_cuda.hpp"
#include "support/product_cases.hpp"

namespace {

template <class T>
void run(product_cases::operands<T>& o) {
  host_cuda::backend::executor<T> executor{vscg::threads{1}};
  o.p.relu ? executor.gemm(o.args, vscg::relu_function{}) : executor.gemm(o.args);
}

}  // namespace

TEST_CASE_TEMPLATE("cuda: products in column-major terms agree with the definition", T, float, double) {
  product_cases::agree_for_every_shape<T>(run<T>);
  product_cases::agree_for_every_option<T>(run<T>);
  product_cases::agree_for_every_option<T>(run<T>, {11, 1, 70});
  product_cases::agree_for_every_option<T>(run<T>, {11, 40, 1});
  product_cases::change_nothing_if_empty<T>(run<T>);
  product_cases::let_not_a_number_through<T>(run<T>);
}

TEST_CASE("cuda: products with one column or one term are kernels, the library computes the others") {
  const auto kernels_of = [](std::size_t n, std::size_t k, bool trans_a, bool relu) {
    vscg::gemm_arguments<float> args;
    const float bias = 0;
    args.m = args.batch = 2, args.n = n, args.k = k;
    args.trans_a = trans_a;
    args.bias = &bias;
    std::string found;
    const auto multiply = [&](const auto&, bool) { return (found += "library ", true); };
    const auto each = [&](std::size_t, const auto&) { found += "each "; };
    const auto rows = [&](std::size_t count, std::size_t, const auto&) { found += std::to_string(count) + " rows "; };
    relu ? vscg::cuda_detail::gemm<vscg::relu_function>(args, multiply, each, rows)
         : vscg::cuda_detail::gemm<vscg::identity_function>(args, multiply, each, rows);
    return found;
  };
  CHECK(kernels_of(1, 49, false, false) == "4 rows ");
  CHECK(kernels_of(1, 49, false, true) == "4 rows each ");
  CHECK(kernels_of(49, 1, false, false) == "4 rows ");
  CHECK(kernels_of(49, 1, true, false) == "4 rows ");
  CHECK(kernels_of(1, 49, true, false) == "library ");
  CHECK(kernels_of(2, 2, false, true) == "library ");
  CHECK(kernels_of(2, 0, false, false) == "each ");
}

TEST_CASE("cuda: items that share a matrix are one product, and its kind does not depend on how many there are") {
  vscg::gemm_arguments<float> args;
  args.trans_b = true;
  args.m = 3, args.n = 5, args.k = 4;
  args.lda = 4, args.ldb = 4, args.ldc = 6;
  args.stride_a = 12, args.stride_c = 18;
  for (const std::size_t batch : {1U, 7U}) {
    args.batch = batch;
    const auto product = vscg::cuda_detail::column_major(args);
    CHECK(product.batch == 1);
    CHECK(product.result.rows == 5);
    CHECK(product.result.columns == 3 * batch);
    CHECK(product.right.columns == 3 * batch);
    CHECK(product.items_are_columns);
  }
  args.stride_b = 20;
  const auto several = vscg::cuda_detail::column_major(args);
  CHECK(several.batch == 7);
  CHECK(several.result.columns == 3);
  CHECK_FALSE(several.items_are_columns);
  args.trans_a = true;
  args.batch = 1, args.stride_a = args.stride_b = args.stride_c = 0;
  CHECK_FALSE(vscg::cuda_detail::column_major(args).items_are_columns);
}

TEST_CASE_TEMPLATE("cuda: two products that differ in their arrays are one call, whichever array lies first", T, float,
                   double) {
  product_cases::agree_in_pairs<T>([](product_cases::operands<T>& first, product_cases::operands<T>& second) {
    std::size_t calls = 0;
    const auto multiply = [&](const auto& product, bool) {
      ++calls;
      host_cuda::multiply(product);
      return false;
    };
    const auto each = [](std::size_t n, const auto& rest) {
      for (std::size_t i = 0; i < n; ++i) rest(vscg::scalar_index<T>{i});
    };
    const auto rows = [](std::size_t, std::size_t, const auto&) { FAIL("not thin"); };
    using vscg::cuda_detail::gemm_pair;
    first.p.relu ? gemm_pair<vscg::relu_function>(first.args, second.args, multiply, each, rows)
                 : gemm_pair<vscg::identity_function>(first.args, second.args, multiply, each, rows);
    CHECK(calls == (first.p.k == second.p.k ? 1 : 2));
  });
}

TEST_CASE("cuda: products that add to one result are not computed at once") {
  product_cases::operands<double> o({4, 4, 4, false, false, true});
  std::size_t calls = 0;
  const auto multiply = [&](const auto&, bool) { return (++calls, true); };
  const auto nothing = [](auto...) {};
  vscg::cuda_detail::gemm_pair<vscg::identity_function>(o.args, o.args, multiply, nothing, nothing);
  CHECK(calls == 2);
}
