// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

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

/// How many numbers the copies of a product's operands may be. Small: products are cut into parts.
constexpr std::size_t large = 65536, small = 2048;

/// On copies in `Number` (float: split in two), which lie where NaN lay. Sums are exact if they are in double.
template <class Number, std::size_t Workspace, class Sum = double>
void run_on_copies(product_cases::operands<float>& o) {
  using vscg::cuda_detail::gemm_of_copies;
  static std::vector<Number> workspace(Workspace);
  std::memset(workspace.data(), 0xFF, workspace.size() * sizeof(Number));
  host_cuda::backend::executor<float> queue{vscg::threads{3}};
  const auto multiply = [](const auto& product, bool) {
    host_cuda::multiply<Sum>(product);
    return false;
  };
  o.p.relu ? gemm_of_copies<vscg::relu_function>(o.args, std::span(workspace), queue, multiply)
           : gemm_of_copies<vscg::identity_function>(o.args, std::span(workspace), queue, multiply);
}

/// The largest error of C = A·B with a depth of 512, relative to the sum of all |a·b|.
double relative_error(product_cases::run_product<float> multiply) {
  product_cases::operands<float> o({20, 20, 512});
  multiply(o);
  double worst = 0;
  for (std::size_t i = 0; i < o.p.m; ++i) {
    for (std::size_t j = 0; j < o.p.n; ++j) {
      double sum = 0, size = 0;
      for (std::size_t k = 0; k < o.p.k; ++k) {
        const double term = double{o.a_at(0, i, k)} * double{o.b_at(0, k, j)};
        sum += term;
        size += std::abs(term);
      }
      worst = std::max(worst, std::abs(double{o.c_at(0, i, j)} - sum) / size);
    }
  }
  return worst;
}

/// With sums in float, one number after the other.
void run_in_float(product_cases::operands<float>& o) {
  host_cuda::multiply<float>(vscg::cuda_detail::column_major(o.args));
}

void run_in_tf32(product_cases::operands<float>& o) {
  auto rounded = o;
  for (float& x : rounded.a) x = vscg::cuda_detail::to_tf32(x);
  for (float& x : rounded.b) x = vscg::cuda_detail::to_tf32(x);
  auto args = o.args;
  args.a = rounded.a.data(), args.b = rounded.b.data();
  host_cuda::multiply<float>(vscg::cuda_detail::column_major(args));
}

}  // namespace

TEST_CASE("cuda: split products agree with the definition as float's do, also in parts") {
  for (const auto run_split : {run_on_copies<float, large>, run_on_copies<float, small>}) {
    product_cases::agree_for_every_option<float>(run_split);
    product_cases::change_nothing_if_empty<float>(run_split);
    product_cases::let_not_a_number_through<float>(run_split);
  }
  product_cases::agree_for_every_shape<float>(run_on_copies<float, small>);
}

TEST_CASE("cuda: bf16 products are those of rounded factors, also in parts") {
  using vscg::cuda_detail::to_bf16;
  const auto agree = [](product_cases::run_product<float> multiply) {
    for (unsigned bits = 0; bits < 256; ++bits) {
      product_cases::operands<float> before(product_cases::with_options({11, 40, 19}, bits)), after(before.p);
      multiply(after);
      for (auto* factor : {&before.a, &before.b}) {
        for (float& x : *factor) x = to_float(to_bf16(x));
      }
      INFO(before.p.text());
      REQUIRE(product_cases::error_between(before, after) < 1);
    }
    product_cases::let_not_a_number_through<float>(multiply);
  };
  agree(run_on_copies<vscg::cuda_detail::bf16, large>);
  agree(run_on_copies<vscg::cuda_detail::bf16, small>);
}

TEST_CASE("cuda: products of bf16 matrices are copied nowhere, and their results are float or bf16") {
  using vscg::cuda_detail::bf16, vscg::cuda_detail::gemm_of_bf16, vscg::cuda_detail::to_bf16;
  const auto in_bf16 = [](const std::vector<float>& x) {
    std::vector<bf16> kept;
    for (const float one : x) kept.push_back(to_bf16(one));
    return kept;
  };
  const auto each = [](std::size_t n, const auto& rest) {
    for (std::size_t i = 0; i < n; ++i) rest(vscg::scalar_index<float>{i});
  };
  const auto not_ended = [](const auto& product, bool) { return (host_cuda::multiply(product), false); };
  for (unsigned bits = 0; bits < 256; ++bits) {
    product_cases::operands<float> o(product_cases::with_options({11, 40, 19}, bits)), after(o.p);
    const auto a = in_bf16(o.a), b = in_bf16(o.b), bias = in_bf16(o.bias);
    o.p.relu ? gemm_of_bf16<vscg::relu_function>(after.args, a.data(), b.data(), not_ended, each)
             : gemm_of_bf16<vscg::identity_function>(after.args, a.data(), b.data(), not_ended, each);
    INFO(o.p.text());
    for (auto* factor : {&o.a, &o.b})
      for (float& x : *factor) x = to_float(to_bf16(x));
    REQUIRE(product_cases::error_between(o, after) < 1);
    if (o.p.accumulate) continue;

    // What a library that cannot end such a product leaves: sums that are rounded, and rounded again with the bias.
    auto args = host_cuda::of_same_sizes<bf16>(o.args);
    std::vector<bf16> c(o.c.size(), to_bf16(77));
    args.c = c.data();
    if (o.p.bias) args.bias = bias.data();
    o.p.relu ? gemm_of_bf16<vscg::relu_function>(args, a.data(), b.data(), not_ended, each)
             : gemm_of_bf16<vscg::identity_function>(args, a.data(), b.data(), not_ended, each);
    product_cases::operands<float> plain(o.p);
    plain.args.bias = nullptr;
    gemm_of_bf16<vscg::identity_function>(plain.args, a.data(), b.data(), not_ended, each);
    for (std::size_t item = 0; item < o.p.batch; ++item) {
      for (std::size_t i = 0; i < o.p.m * o.p.n; ++i) {
        float expected = to_float(to_bf16(plain.c_at(item, i / o.p.n, i % o.p.n)));
        if (o.p.bias) expected += to_float(bias[i % o.p.n]);
        if (o.p.relu) expected = std::max(expected, 0.0F);
        const std::size_t at = item * args.stride_c + i / o.p.n * args.ldc + i % o.p.n;
        REQUIRE(to_float(c[at]) == to_float(to_bf16(expected)));
      }
    }
  }
}

TEST_CASE("cuda: a split product's error is that of float, for which one TF32 product is too coarse") {
  const double in_float = relative_error(run_in_float);
  const double split = relative_error(run_on_copies<float, large, float>);
  const double in_parts = relative_error(run_on_copies<float, small, float>);
  const double tf32 = relative_error(run_in_tf32);
  const double bf16 = relative_error(run_on_copies<vscg::cuda_detail::bf16, large, float>);
  MESSAGE("relative to the sum of all |a b|: float " << in_float << ", split " << split << ", in parts " << in_parts
                                                     << ", TF32 " << tf32 << ", bf16 " << bf16);
  constexpr double bound = 4.6e-7;
  CHECK(split < bound);
  CHECK(in_parts < bound);
  CHECK(tf32 > 10 * bound);
  CHECK(bf16 > 4 * tf32);
}

TEST_CASE("cuda: a product in parts has an item's sums cut in the same places for any number of items") {
  using vscg::cuda_detail::for_each_part_of;
  const auto depths = [](std::size_t m) {
    std::vector<float> a(m * 300), b(300 * 100), c(m * 100);
    vscg::gemm_arguments<float> args;
    args.m = m, args.n = 100, args.k = 300;
    args.lda = 300, args.ldb = 100, args.ldc = 100;
    args.a = a.data(), args.b = b.data(), args.c = c.data();
    std::vector<std::size_t> found;
    std::size_t elements = 0, ended = 0;
    for_each_part_of<float>(args, 8192, [&](const auto& part, bool last) {
      elements += part.m * part.n * part.k;
      ended += last ? part.m * part.n : 0;
      if (part.c == args.c) found.push_back(part.k);
    });
    CHECK(elements == m * 100 * 300);
    CHECK(ended == m * 100);
    return found;
  };
  CHECK(depths(1).size() > 1);
  CHECK(depths(1) == depths(7));
  CHECK(depths(1) == depths(1000));
}

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

/// Bias and relu, as a library ends a product with them.
template <class T>
void end(const vscg::cuda_detail::column_major_product<T>& p, bool relu) {
  for (std::size_t item = 0; item < p.batch; ++item) {
    for (std::size_t i = 0; i < p.result.rows * p.result.columns; ++i) {
      const std::size_t row = i % p.result.rows;
      T& to =
          p.result
              .data[static_cast<std::ptrdiff_t>(item * p.result.stride + row + i / p.result.rows * p.result.leading)];
      if (p.bias != nullptr) to += p.bias[static_cast<std::ptrdiff_t>(item * p.bias_stride + row)];
      if (relu) to = std::max(to, T(0));
    }
  }
}

TEST_CASE_TEMPLATE("cuda: two products that differ in their arrays are one call, whichever array lies first", T, float,
                   double) {
  for (const bool ends : {false, true})
    product_cases::agree_in_pairs<T>([ends](product_cases::operands<T>& first, product_cases::operands<T>& second) {
      std::size_t calls = 0;
      const auto multiply = [&](const auto& product, bool relu) {
        ++calls;
        host_cuda::multiply(product);
        if (ends) end(product, relu);
        return ends;
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
