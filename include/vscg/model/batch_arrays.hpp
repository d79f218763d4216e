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
#include <vscg/core/slot.hpp>
#include <vscg/model/array.hpp>

namespace vscg {

/// One array of a batch: scalars, or indices.
struct batch_array {
  std::span<const std::byte> bytes;
  std::size_t item_bytes = 0;  ///< of one item; 0: the array has no batch axis

  /// The numbers of `items` items from `first` on; all numbers if there is no batch axis.
  template <class Number>
  std::span<const Number> part(std::size_t first, std::size_t items) const {
    const auto some = item_bytes == 0 ? bytes : bytes.subspan(first * item_bytes, items * item_bytes);
    return {reinterpret_cast<const Number*>(some.data()), some.size() / sizeof(Number)};
  }
};

/// The checked arrays of a batch, and the number of items in each of them.
template <std::size_t N>
struct batch_arrays {
  std::array<batch_array, N> arrays;
  std::size_t items = 1;
};

namespace detail {

/// "input 1", or "target 0" after all inputs.
VSCG_NOINLINE inline std::string name_of_array(std::size_t k, std::size_t inputs) {
  return k < inputs ? "input " + std::to_string(k) : "target " + std::to_string(k - inputs);
}

/// How many items each of these arrays holds; 1 if none has a batch axis.
VSCG_NOINLINE inline std::size_t items_of(const batch_array* arrays, std::size_t count, std::string_view what) {
  std::size_t items = 1;
  bool first = true;
  for (std::size_t k = 0; k < count; ++k) {
    if (arrays[k].item_bytes == 0) continue;
    const std::size_t found = arrays[k].bytes.size() / arrays[k].item_bytes;
    if (!std::exchange(first, false) && found != items)
      throw expectation_error(what, std::to_string(items) + " items in each", std::to_string(found));
    items = found;
  }
  return items;
}

}  // namespace detail

/// Checks one array for each shape (`checked_array`): the network's `inputs` first, then targets. Throws
/// vscg::expectation_error naming the array ("input 0") if its shape is wrong, and `what` if the arrays hold different
/// numbers of items.
template <class Scalar, class... Shapes, class... Arrays>
batch_arrays<sizeof...(Shapes)> checked_batch(input_shapes<Shapes...>, std::string_view what,
                                              [[maybe_unused]] std::size_t inputs, const Arrays&... arrays) {
  static_assert(sizeof...(Arrays) == sizeof...(Shapes));
  static_assert((!Shapes::per_pair && ...), "vscg: an input or target is [B, ...] or has no batch axis");
  std::size_t k = 0;
  batch_arrays<sizeof...(Shapes)> batch{
      {batch_array{std::as_bytes(checked_array<Shapes, Scalar>(arrays, detail::name_of_array(k++, inputs))),
                   Shapes::per_item ? Shapes::elements * sizeof(element_of<Shapes, Scalar>) : 0}...}};
  batch.items = detail::items_of(batch.arrays.data(), batch.arrays.size(), what);
  return batch;
}

}  // namespace vscg

#include <vscg/core/end.hpp>
