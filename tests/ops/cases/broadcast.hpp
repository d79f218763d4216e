// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include <vscg/core/shape.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/divide.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/subtract.hpp>

#include "ops/contract.hpp"

namespace contract {

using extent_list = std::vector<std::size_t>;

template <int... E>
extent_list extents_of(shape<E...>, std::size_t items) {
  return {(E == dyn ? items : static_cast<std::size_t>(E))...};
}

/// Where the number that stands for place `at` of the result lies in an array that is stretched to it.
inline std::size_t place_in(const extent_list& extents, const extent_list& at) {
  std::size_t place = 0;
  for (std::size_t k = 0; k < extents.size(); ++k) {
    const std::size_t index = at[at.size() - extents.size() + k];
    place = place * extents[k] + (extents[k] == 1 ? 0 : index);
  }
  return place;
}

/// f of each number of the result, place by place.
template <class F>
std::vector<double> broadcast_reference(extent_list a, extent_list b, const arrays& x, F f) {
  const std::size_t rank = std::max(a.size(), b.size());
  while (a.size() < rank) a.insert(a.begin(), 1);
  while (b.size() < rank) b.insert(b.begin(), 1);
  extent_list extents(rank);
  std::size_t count = 1;
  for (std::size_t k = 0; k < rank; ++k) count *= extents[k] = std::max(a[k], b[k]);
  std::vector<double> y;
  extent_list at(rank);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t left = i;
    for (std::size_t k = rank; k-- > 0; left /= extents[k]) at[k] = left % extents[k];
    y.push_back(f(x[0][place_in(a, at)], x[1][place_in(b, at)]));
  }
  return y;
}

template <class Case, class A, class B>
struct broadcast_case : operation_case<A, B> {
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  auto operator()(auto a, auto b) const { return Case::formula(a, b); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    return broadcast_reference(extents_of(A{}, items), extents_of(B{}, items), x,
                               [](double a, double b) { return Case::formula(a, b); });
  }
};

/// A divisor stays away from 0.
inline double away_from_zero(double random) { return random < 0 ? random - 0.75 : random + 0.75; }

/// As a bias: the gradient sums rows of each item, then the items.
struct add_row_case : broadcast_case<add_row_case, shape<dyn, 3, 11>, shape<11>> {
  static constexpr const char* name = "add a row";
  static auto formula(auto a, auto b) { return a + b; }
};

struct multiply_by_number_case : broadcast_case<multiply_by_number_case, shape<dyn, 3, 11>, shape<1>> {
  static constexpr const char* name = "multiply by one number";
  static auto formula(auto a, auto b) { return a * b; }
};

struct multiply_rows_case : broadcast_case<multiply_rows_case, shape<dyn, 3, 11>, shape<dyn, 3, 1>> {
  static constexpr const char* name = "multiply rows";
  static auto formula(auto a, auto b) { return a * b; }
};

/// Both operands are stretched, each along an axis of the other's.
struct multiply_outer_case : broadcast_case<multiply_outer_case, shape<dyn, 7, 1>, shape<dyn, 1, 11>> {
  static constexpr const char* name = "multiply, outer";
  static auto formula(auto a, auto b) { return a * b; }
};

/// Axes that are stretched and axes that are not take turns.
struct multiply_by_turns_case : broadcast_case<multiply_by_turns_case, shape<dyn, 2, 1, 2, 5>, shape<3, 1, 5>> {
  static constexpr const char* name = "multiply by turns";
  static auto formula(auto a, auto b) { return a * b; }
};

struct subtract_case : broadcast_case<subtract_case, shape<dyn, 3, 11>, shape<dyn, 3, 11>> {
  static constexpr const char* name = "subtract";
  static auto formula(auto a, auto b) { return a - b; }
};

struct subtract_from_row_case : broadcast_case<subtract_from_row_case, shape<11>, shape<dyn, 3, 11>> {
  static constexpr const char* name = "subtract from a row";
  static auto formula(auto a, auto b) { return a - b; }
};

struct divide_case : broadcast_case<divide_case, shape<dyn, 3, 11>, shape<dyn, 3, 11>> {
  static constexpr const char* name = "divide";
  static auto formula(auto a, auto b) { return a / b; }
  static double value(std::size_t operand, double random) { return operand == 0 ? random : away_from_zero(random); }
};

struct divide_by_steps_case : broadcast_case<divide_by_steps_case, shape<dyn, 3, 11>, shape<dyn, 1, 11>> {
  static constexpr const char* name = "divide by a row of each item";
  static auto formula(auto a, auto b) { return a / b; }
  static double value(std::size_t operand, double random) { return operand == 0 ? random : away_from_zero(random); }
};

/// The gradient of the divisor sums items alone. Rows are longer than a kernel's pieces.
struct divide_by_one_array_case : broadcast_case<divide_by_one_array_case, shape<dyn, 1, 521>, shape<1, 521>> {
  static constexpr const char* name = "divide by one array for all items";
  static auto formula(auto a, auto b) { return a / b; }
  static double value(std::size_t operand, double random) { return operand == 0 ? random : away_from_zero(random); }
};

/// The gradient of [3, 1] sums rows of each item, and then items.
struct divide_number_of_row_case : broadcast_case<divide_number_of_row_case, shape<3, 1>, shape<dyn, 3, 11>> {
  static constexpr const char* name = "divide a number of each row";
  static auto formula(auto a, auto b) { return a / b; }
  static double value(std::size_t operand, double random) { return operand == 0 ? random : away_from_zero(random); }
};

/// Nothing has a batch.
struct divide_without_batch_case : broadcast_case<divide_without_batch_case, shape<3, 11>, shape<3, 1>> {
  static constexpr const char* name = "divide without batch";
  static constexpr bool item_by_item = false;
  static auto formula(auto a, auto b) { return a / b; }
  static double value(std::size_t operand, double random) { return operand == 0 ? random : away_from_zero(random); }
};

/// Each item by each, [B, 1] and [B] to [B, B], and one number for all pairs.
struct pairs_case : operation_case<shape<dyn, 1>, shape<dyn>, shape<1>> {
  static constexpr const char* name = "subtract and multiply, pairs of items";
  static constexpr bool item_by_item = false;
  using also_active = std::integer_sequence<std::uint32_t, 0b001, 0b010, 0b100>;
  auto operator()(auto rows, auto columns, auto number) const {
    const auto differences = rows - columns;
    return differences * number;
  }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    std::vector<double> y;
    for (std::size_t i = 0; i < items * items; ++i) y.push_back((x[0][i / items] - x[1][i % items]) * x[2][0]);
    return y;
  }
};

using broadcast_cases =
    std::tuple<add_row_case, multiply_by_number_case, multiply_rows_case, multiply_outer_case, multiply_by_turns_case,
               subtract_case, subtract_from_row_case, divide_case, divide_by_steps_case, divide_by_one_array_case,
               divide_number_of_row_case, divide_without_batch_case, pairs_case>;

}  // namespace contract
