// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
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

/// The result at place `at` uses one number of a stretched array. Returns where that number lies in the array.
inline std::size_t place_in(const extent_list& extents, const extent_list& at) {
  std::size_t place = 0;
  for (std::size_t k = 0; k < extents.size(); ++k) {
    const std::size_t index = at[at.size() - extents.size() + k];
    place = place * extents[k] + (extents[k] == 1 ? 0 : index);
  }
  return place;
}

/// A case whose reference applies its formula to numbers, at each place of the result.
template <class Case, class... Shapes>
struct broadcast_case : operation_case<Shapes...> {
  auto operator()(auto... x) const { return Case::formula(x...); }
  static std::vector<double> reference(std::size_t items, const arrays& x) {
    const std::vector<extent_list> all{extents_of(Shapes{}, items)...};
    extent_list whole;
    for (const auto& extents : all) whole.resize(std::max(whole.size(), extents.size()), 1);
    for (const auto& extents : all) {
      for (std::size_t k = 1; k <= extents.size(); ++k) {
        auto& extent = whole[whole.size() - k];
        extent = std::max(extent, extents[extents.size() - k]);
      }
    }
    const std::size_t count = std::accumulate(whole.begin(), whole.end(), std::size_t{1}, std::multiplies<>());
    std::vector<double> y;
    extent_list at(whole.size());
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t left = i;
      for (std::size_t k = whole.size(); k-- > 0; left /= whole[k]) at[k] = left % whole[k];
      y.push_back([&]<std::size_t... K>(std::index_sequence<K...>) {
        return Case::formula(x[K][place_in(all[K], at)]...);
      }(std::make_index_sequence<sizeof...(Shapes)>{}));
    }
    return y;
  }
  /// Keeps divisors away from 0.
  static double value(std::size_t, double random) { return random < 0 ? random - 0.75 : random + 0.75; }
};

/// Data with parameters. Gradients sum over rows, within rows or over all of an item, and then over the items.
struct broadcast_parameters_case
    : broadcast_case<broadcast_parameters_case, shape<dyn, 3, 11>, shape<11>, shape<3, 1>, shape<1>> {
  static constexpr const char* name = "subtract, multiply and divide with parameters";
  static auto formula(auto x, auto row, auto column, auto number) {
    const auto difference = row - x;
    const auto product = difference * number;
    const auto quotient = column / x;
    return product + quotient;
  }
};

/// First both operands are stretched, each along an axis of the other. Then only one of them is.
struct broadcast_items_case : broadcast_case<broadcast_items_case, shape<dyn, 7, 1>, shape<dyn, 1, 11>> {
  static constexpr const char* name = "multiply, add and divide arrays of items";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  static auto formula(auto a, auto b) {
    const auto product = a * b;
    const auto sum = product + a;
    return sum / b;
  }
};

/// Stretched axes alternate with axes that are not stretched.
struct broadcast_by_turns_case : broadcast_case<broadcast_by_turns_case, shape<dyn, 2, 1, 2, 5>, shape<3, 1, 5>> {
  static constexpr const char* name = "multiply by turns";
  static auto formula(auto a, auto b) { return a * b; }
};

struct broadcast_nothing_case : broadcast_case<broadcast_nothing_case, shape<dyn, 3, 11>, shape<dyn, 3, 11>> {
  static constexpr const char* name = "subtract and divide arrays of one shape";
  static auto formula(auto a, auto b) {
    const auto quotient = a / b;
    return quotient - b;
  }
};

/// The gradient of the divisor sums only over items. Rows are longer than a kernel's pieces.
struct divide_by_one_array_case : broadcast_case<divide_by_one_array_case, shape<dyn, 1, 521>, shape<1, 521>> {
  static constexpr const char* name = "divide by one array for all items";
  using also_active = std::integer_sequence<std::uint32_t, 0b01, 0b10>;
  static auto formula(auto a, auto b) { return a / b; }
};

struct divide_without_batch_case : broadcast_case<divide_without_batch_case, shape<3, 11>, shape<3, 1>> {
  static constexpr const char* name = "divide without batch";
  static constexpr bool item_by_item = false;
  static auto formula(auto a, auto b) { return a / b; }
};

/// Every item with every item, [B, 1] and [B] to [B, B], and then one number for all pairs.
struct broadcast_to_pairs_case : broadcast_case<broadcast_to_pairs_case, shape<dyn, 1>, shape<dyn>, shape<1>> {
  static constexpr const char* name = "subtract and multiply, pairs of items";
  static constexpr bool item_by_item = false;
  static auto formula(auto rows, auto columns, auto number) {
    const auto differences = rows - columns;
    return differences * number;
  }
};

using broadcast_cases =
    std::tuple<broadcast_parameters_case, broadcast_items_case, broadcast_by_turns_case, broadcast_nothing_case,
               divide_by_one_array_case, divide_without_batch_case, broadcast_to_pairs_case>;

}  // namespace contract
