// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/model/array.hpp>

namespace vscg {

/// One array of a batch.
template <class Scalar>
struct batch_array {
  std::span<const Scalar> numbers;
  std::size_t per_item = 0;  ///< numbers of one item; 0: the array has no batch axis

  /// The numbers of `items` items from `first` on; all of them where there is no batch axis.
  std::span<const Scalar> part(std::size_t first, std::size_t items) const {
    return per_item == 0 ? numbers : numbers.subspan(first * per_item, items * per_item);
  }
};

/// The arrays of a batch that were checked against their shapes, and the number of items in each of them.
template <class Scalar, std::size_t N>
struct batch_arrays {
  std::array<batch_array<Scalar>, N> arrays;
  std::size_t items = 1;
};

/// Checks one array for each shape (`checked_array`): the network's `inputs` first, then targets. Throws vscg::error
/// naming the array ("input 0") where it has another shape, and `what` where the arrays hold different numbers of
/// items.
template <class Scalar, class... Shapes, class... Arrays>
batch_arrays<Scalar, sizeof...(Shapes)> checked_batch(input_shapes<Shapes...>, std::string_view what,
                                                      std::size_t inputs, const Arrays&... arrays) {
  static_assert(sizeof...(Arrays) == sizeof...(Shapes));
  std::size_t k = 0;
  const auto name = [&] {
    const std::size_t at = k++;
    return at < inputs ? "input " + std::to_string(at) : "target " + std::to_string(at - inputs);
  };
  batch_arrays<Scalar, sizeof...(Shapes)> batch{
      {batch_array<Scalar>{checked_array<Shapes, Scalar>(arrays, name()), Shapes::per_item ? Shapes::elements : 0}...}};
  bool first = true;
  for (const auto& array : batch.arrays) {
    if (array.per_item == 0) continue;
    const std::size_t items = array.numbers.size() / array.per_item;
    if (!std::exchange(first, false) && items != batch.items) {
      throw error(what, std::to_string(batch.items) + " items in each", std::to_string(items));
    }
    batch.items = items;
  }
  return batch;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
