// SPDX-License-Identifier: MIT
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include <doctest/doctest.h>

#include <vscg/backend/thrust/backend.hpp>
#include <vscg/ops/relu.hpp>

#include "support/product_cases.hpp"

using product_cases::error_of;
using product_cases::operands;
using product_cases::problem;

namespace {

template <class T>
void run(operands<T>& o) {
  // One for all problems: what earlier products left in the workspace must not matter.
  static vscg::thrust_backend<vscg::thrust_system::cpp>::executor<T> executor{vscg::threads{1}};
  o.p.relu ? executor.gemm(o.args, vscg::relu_function{}) : executor.gemm(o.args);
}

template <class T>
bool same_bits(T x, T y) {
  using word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<word>(x) == std::bit_cast<word>(y);
}

}  // namespace

TEST_CASE_TEMPLATE("the product agrees with the definition for every shape and layout", T, float, double) {
  product_cases::agree_for_every_shape<T>(run<T>);
}

TEST_CASE_TEMPLATE("the product agrees with the definition for every combination of options", T, float, double) {
  product_cases::agree_for_every_option<T>(run<T>);
}

TEST_CASE_TEMPLATE("the product agrees with the definition beyond one block of rows, columns, depth and items", T,
                   float, double) {
  namespace td = vscg::thrust_detail;
  for (const bool transposed : {false, true}) {
    problem tall{td::block_rows + 9, 20, 2 * td::block_depth + 5};
    tall.trans_a = transposed;
    tall.bias = tall.relu = true;
    CHECK(error_of<T>(tall, run<T>) < 1);
    problem wide{5, td::block_columns + 9, td::block_depth + 1};
    wide.trans_b = transposed;
    wide.accumulate = wide.bias = true;
    CHECK(error_of<T>(wide, run<T>) < 1);
    problem many{40, 60, 2 * td::block_depth};  // more items than the workspace holds
    many.trans_b = transposed;
    many.batch = 30;
    CHECK(error_of<T>(many, run<T>) < 1);
  }
}

TEST_CASE_TEMPLATE("the product changes nothing if there is nothing to do", T, float, double) {
  product_cases::change_nothing_if_empty<T>(run<T>);
}

TEST_CASE_TEMPLATE("the product lets NaN through relu", T, float, double) {
  product_cases::let_not_a_number_through<T>(run<T>);
}

TEST_CASE_TEMPLATE("a row of the product has the same bits alone and in any product", T, float, double) {
  for (unsigned bits = 0; bits < 4; ++bits) {
    problem p{131, 83, 2 * vscg::thrust_detail::block_depth + 43};
    p.trans_a = (bits & 1U) != 0;
    p.trans_b = (bits & 2U) != 0;
    p.bias = true;
    p.accumulate = p.trans_a != p.trans_b;
    operands<T> whole(p);
    run(whole);
    for (const std::size_t rows : std::initializer_list<std::size_t>{1, 2, 3, 4, 7, 8, 11, 57}) {
      problem q = p;
      q.m = rows;
      q.pad = rows % 4;
      const std::size_t first = (rows * 37) % (p.m - rows + 1);
      operands<T> part(q, first);
      run(part);
      std::size_t different = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < p.n; ++j) {
          different += same_bits(part.c_at(0, i, j), whole.c_at(0, first + i, j)) ? 0 : 1;
        }
      }
      INFO(q.text() << " from row " << first);
      CHECK(different == 0);
    }
  }
}

TEST_CASE_TEMPLATE("an item of the product has the same bits in any batch", T, float, double) {
  for (const bool shared : {false, true}) {
    problem p{10, 37, 300};
    p.batch = 70;
    p.shared_b = shared;
    p.trans_b = true;
    operands<T> whole(p);
    run(whole);
    for (const std::size_t item : std::initializer_list<std::size_t>{0, 1, 40, 69}) {
      problem q = p;
      q.batch = 1;
      operands<T> alone(q, 0, item);
      run(alone);
      std::size_t different = 0;
      for (std::size_t i = 0; i < p.m; ++i) {
        for (std::size_t j = 0; j < p.n; ++j) {
          different += same_bits(alone.c_at(0, i, j), whole.c_at(item, i, j)) ? 0 : 1;
        }
      }
      INFO("item " << item);
      CHECK(different == 0);
    }
  }
}
