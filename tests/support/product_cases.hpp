// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/random.hpp>

// Matrix products of many shapes and layouts, for backends that compute with rounding of their own.

namespace product_cases {

struct problem {
  std::size_t m = 1, n = 1, k = 1;
  bool trans_a = false, trans_b = false, accumulate = false, bias = false, relu = false;
  std::size_t batch = 1;
  bool shared_a = false, shared_b = false;
  std::size_t pad = 0;  // added to every leading dimension

  std::string text() const {
    return std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k) + (trans_a ? " ta" : "") +
           (trans_b ? " tb" : "") + (accumulate ? " accumulate" : "") + (bias ? " bias" : "") + (relu ? " relu" : "") +
           " batch " + std::to_string(batch) + (shared_a ? " shared a" : "") + (shared_b ? " shared b" : "") + " pad " +
           std::to_string(pad);
  }
};

/// Operands of a problem. Element (i, j) of item b depends only on (b, i, j), never on the layout.
template <class T>
struct operands {
  static constexpr T untouched = T(77);
  problem p;
  std::vector<T> a, b, c, bias;
  vscg::gemm_arguments<T> args;

  static T value(const char* name, std::size_t item, std::size_t i, std::size_t j) {
    const vscg::random_stream stream{vscg::seed{11}, name};
    return static_cast<T>(2 * stream.uniform(i * 100000 + j, item) - 1);
  }

  explicit operands(const problem& q, std::size_t first_row = 0, std::size_t first_item = 0) : p(q) {
    args.trans_a = p.trans_a;
    args.trans_b = p.trans_b;
    args.m = p.m, args.n = p.n, args.k = p.k;
    args.lda = (p.trans_a ? p.m : p.k) + p.pad;
    args.ldb = (p.trans_b ? p.k : p.n) + p.pad;
    args.ldc = p.n + p.pad;
    args.accumulate = p.accumulate;
    args.batch = p.batch;
    const std::size_t size_a = (p.trans_a ? p.k : p.m) * args.lda;
    const std::size_t size_b = (p.trans_b ? p.n : p.k) * args.ldb;
    args.stride_a = p.shared_a ? 0 : size_a;
    args.stride_b = p.shared_b ? 0 : size_b;
    args.stride_c = p.m * args.ldc;
    // NaN marks what must not be read.
    a.assign(size_a * p.batch, std::numeric_limits<T>::quiet_NaN());
    b.assign(size_b * p.batch, std::numeric_limits<T>::quiet_NaN());
    c.assign(args.stride_c * p.batch, untouched);
    for (std::size_t j = 0; j < p.n; ++j) bias.push_back(value("bias", 0, 0, j));
    for (std::size_t item = 0; item < p.batch; ++item) {
      const std::size_t item_a = p.shared_a ? 0 : item + first_item;
      const std::size_t item_b = p.shared_b ? 0 : item + first_item;
      for (std::size_t i = 0; i < p.m; ++i) {
        for (std::size_t k = 0; k < p.k; ++k) a_at(item, i, k) = value("a", item_a, i + first_row, k);
        // Without `accumulate`, what C held must not matter.
        for (std::size_t j = 0; j < p.n; ++j) {
          c_at(item, i, j) =
              p.accumulate ? value("c", item + first_item, i + first_row, j) : std::numeric_limits<T>::quiet_NaN();
        }
      }
      for (std::size_t k = 0; k < p.k; ++k) {
        for (std::size_t j = 0; j < p.n; ++j) b_at(item, k, j) = value("b", item_b, k, j);
      }
    }
    args.a = a.data(), args.b = b.data(), args.c = c.data();
    args.bias = p.bias ? bias.data() : nullptr;
  }
  T& a_at(std::size_t item, std::size_t i, std::size_t k) {
    return a[item * args.stride_a + (p.trans_a ? k * args.lda + i : i * args.lda + k)];
  }
  T& b_at(std::size_t item, std::size_t k, std::size_t j) {
    return b[item * args.stride_b + (p.trans_b ? j * args.ldb + k : k * args.ldb + j)];
  }
  T& c_at(std::size_t item, std::size_t i, std::size_t j) { return c[item * args.stride_c + i * args.ldc + j]; }
};

/// How a backend computes `args`.
template <class T>
using run_product = void (*)(operands<T>&);

/// The largest error of a product against the definition in double, in units of what rounding allows. `before` and
/// `after` are operands of one problem; the product was computed on the second.
template <class Operands>
double error_between(Operands& before, Operands& after) {
  const problem& p = before.p;
  using T = std::remove_cvref_t<decltype(before.c_at(0, 0, 0))>;
  double worst = 0;
  for (std::size_t item = 0; item < p.batch; ++item) {
    for (std::size_t i = 0; i < p.m; ++i) {
      for (std::size_t j = 0; j < p.n; ++j) {
        double sum = p.accumulate ? before.c_at(item, i, j) : T(0);
        double size = std::abs(sum) + 1;
        for (std::size_t k = 0; k < p.k; ++k) {
          const double term = double{before.a_at(item, i, k)} * double{before.b_at(item, k, j)};
          sum += term;
          size += std::abs(term);
        }
        if (p.bias) sum += before.bias[j];
        if (p.relu) sum = std::max(sum, 0.0);
        const double unit = size * 4 * double{std::numeric_limits<T>::epsilon()};
        const double difference = std::abs(double{after.c_at(item, i, j)} - sum) / unit;
        worst = difference <= worst ? worst : (std::isnan(difference) ? HUGE_VAL : difference);
      }
      for (std::size_t j = p.n; j < after.args.ldc; ++j) {  // what lies between the rows of C is not ours
        if (after.c_at(item, i, j) != Operands::untouched) return HUGE_VAL;
      }
    }
  }
  return worst;
}

template <class T>
double error_of(const problem& p, run_product<T> run) {
  operands<T> before(p), after(p);
  run(after);
  return error_between(before, after);
}

/// The problem with options that differ from turn to turn.
inline problem in_turn(problem p, std::size_t turn) {
  p.trans_a = turn % 2 == 1;
  p.trans_b = turn / 2 % 2 == 1;
  p.accumulate = turn / 3 % 2 == 1;
  p.bias = turn / 5 % 2 == 1;
  p.relu = turn / 7 % 2 == 1;
  p.pad = turn % 4;
  return p;
}

/// One of the 256 combinations of options, in a batch of three.
inline problem with_options(problem p, unsigned bits) {
  p.trans_a = (bits & 1U) != 0;
  p.trans_b = (bits & 2U) != 0;
  p.accumulate = (bits & 4U) != 0;
  p.bias = (bits & 8U) != 0;
  p.relu = (bits & 16U) != 0;
  p.shared_a = (bits & 32U) != 0;
  p.shared_b = (bits & 64U) != 0;
  p.pad = (bits & 128U) != 0 ? 3 : 0;
  p.batch = 3;
  return p;
}

/// Every shape and layout.
template <class T>
void agree_for_every_shape(run_product<T> run) {
  std::size_t turn = 0;
  for (const std::size_t m : std::initializer_list<std::size_t>{1, 2, 4, 7, 8, 9, 16, 17, 49, 130}) {
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 7, 16, 17, 31, 32, 33, 64, 130}) {
      for (const std::size_t k : std::initializer_list<std::size_t>{0, 1, 3, 15, 16, 17, 40}) {
        ++turn;
        const problem p = in_turn({m, n, k}, turn);
        INFO(p.text());
        REQUIRE(error_of<T>(p, run) < 1);
      }
    }
  }
}

/// Every combination of options.
template <class T>
void agree_for_every_option(run_product<T> run, const problem& shape = {11, 40, 19}) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    const problem p = with_options(shape, bits);
    INFO(p.text());
    REQUIRE(error_of<T>(p, run) < 1);
  }
}

/// Two products, of one kind or of two, with either's arrays first: `run(first, second)` computes both.
template <class T, class RunPair>
void agree_in_pairs(RunPair run) {
  for (unsigned bits = 0; bits < 128; ++bits) {
    const auto bit = [&](unsigned k) { return (bits >> k & 1U) != 0; };
    const problem p{5, 6, 7, bit(0), bit(1), bit(2), bit(6), bit(3)};
    const problem other{5, 6, bit(4) ? 7U : 3U, bit(0), bit(1), bit(2), bit(6), bit(3)};
    INFO(p.text() << " and " << other.text());
    operands<T> before[2] = {operands<T>(p), operands<T>(other, 3)};
    operands<T> after[2] = {operands<T>(p), operands<T>(other, 3)};
    run(after[bit(5) ? 1 : 0], after[bit(5) ? 0 : 1]);
    CHECK(error_between(before[0], after[0]) < 1);
    CHECK(error_between(before[1], after[1]) < 1);
  }
}

/// Empty products.
template <class T>
void change_nothing_if_empty(run_product<T> run) {
  for (const auto& [m, n, batch] : {std::tuple<std::size_t, std::size_t, std::size_t>{0, 5, 1}, {5, 0, 1}, {5, 5, 0}}) {
    problem p{5, 5, 5};
    p.accumulate = true;
    operands<T> given(p), expected(p);
    given.args.m = m, given.args.n = n, given.args.batch = batch;
    run(given);
    CHECK(given.c == expected.c);
  }
}

/// relu does not hide NaN.
template <class T>
void let_not_a_number_through(run_product<T> run) {
  problem p{20, 20, 20};
  p.relu = true;
  operands<T> given(p);
  given.a_at(0, 3, 4) = std::numeric_limits<T>::quiet_NaN();
  run(given);
  CHECK(std::isnan(given.c_at(0, 3, 0)));
  CHECK(std::isnan(given.c_at(0, 3, 19)));
  CHECK_FALSE(std::isnan(given.c_at(0, 4, 0)));
}

}  // namespace product_cases
