// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vscg/core/error.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/shape_text.hpp>
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

/// The places of an array among a batch's, in errors.
template <std::size_t K>
struct input;
template <std::size_t K>
struct target;

template <class Number, class Shape>
struct expects_array_of;
template <class Number>
struct gets_array_of;

/// Never defined: it names an array of a batch with other numbers than expected in the compiler's first error line, as
/// `shape_mismatch` does.
template <class Place, class Expects, class Gets>
struct array_mismatch;

namespace detail {

/// "input 1", or "target 0" after all inputs.
[[gnu::cold]] VSCG_NOINLINE inline std::string name_of_array(std::size_t k, std::size_t inputs) {
  return k < inputs ? "input " + std::to_string(k) : "target " + std::to_string(k - inputs);
}

struct shape_of_array {
  const int* extents;
  std::size_t rank;
};

/// Throws if an array of items does not hold `items` of them. `because` says who else has that many.
[[gnu::cold]] VSCG_NOINLINE inline void expect_items(const batch_array& array, shape_of_array shape, std::size_t items,
                                                     std::string_view name, std::string_view because) {
  const std::size_t found = array.item_bytes == 0 ? items : array.bytes.size() / array.item_bytes;
  if (found == items) return;
  std::size_t numbers = found;
  for (std::size_t i = 1; i < shape.rank; ++i) numbers *= static_cast<std::size_t>(shape.extents[i]);
  std::string expected = shape_text(shape.extents, shape.rank, dyn, ", ", std::to_string(items).c_str());
  throw expectation_error(name, expected.append(", as many items as ").append(because),
                          std::to_string(found) + " items (" + std::to_string(numbers) + " numbers)");
}

/// How many items each of these arrays holds; 1 if none has a batch axis. The first one is array `before` of a batch.
/// If `rows` are given, each array holds as many items.
[[gnu::cold]] VSCG_NOINLINE inline std::size_t items_of(const batch_array* arrays, const shape_of_array* shapes,
                                                        std::size_t count, std::size_t before, std::size_t inputs,
                                                        const std::size_t* rows) {
  for (std::size_t k = 0; rows != nullptr && k < count; ++k)
    expect_items(arrays[k], shapes[k], *rows, name_of_array(before + k, inputs), "rows");
  std::size_t first = 0;
  while (first < count && arrays[first].item_bytes == 0) ++first;
  if (first == count) return 1;
  const std::size_t items = arrays[first].bytes.size() / arrays[first].item_bytes;
  for (std::size_t k = first + 1; k < count; ++k) {
    expect_items(arrays[k], shapes[k], items, name_of_array(before + k, inputs), name_of_array(before + first, inputs));
  }
  return items;
}

/// Throws if an index of a batch's array is not below the limit that an operation set.
VSCG_NOINLINE inline void expect_indices(const batch_array& array, std::int32_t limit, std::string_view name) {
  const std::span<const std::int32_t> all(reinterpret_cast<const std::int32_t*>(array.bytes.data()),
                                          array.bytes.size() / sizeof(std::int32_t));
  const auto wrong = std::find_if(all.begin(), all.end(), [&](std::int32_t i) { return i < 0 || i >= limit; });
  if (wrong == all.end()) return;
  const std::size_t each = array.item_bytes / sizeof(std::int32_t);
  const auto at = static_cast<std::size_t>(wrong - all.begin());
  throw expectation_error(std::string(name) + (each == 0 ? "" : ", item " + std::to_string(at / each)),
                          "an index from 0 to " + std::to_string(limit - 1), std::to_string(*wrong));
}

/// Refuses an array type, with one error.
template <std::size_t K, std::size_t Inputs, class Shape, class Number, class Array>
constexpr auto refuse_array() {
  using place = typename std::conditional_t<(K < Inputs), std::type_identity<input<K>>,
                                            std::type_identity<target<K - (K < Inputs ? 0 : Inputs)>>>::type;
  if constexpr (std::is_array_v<Array>) {
    using got = gets_array_of<std::remove_all_extents_t<Array>>;
    return sizeof(array_mismatch<place, expects_array_of<Number, Shape>, got>);
  } else if constexpr (!BlockOfNumbers<Array>) {
    static_assert(is_array_of<Array, Number>,
                  "vscg: an array is a std::vector, std::span, std::array, C array, xtensor or Eigen array of numbers, "
                  "row-major in one block; if you have a pointer, pass std::span(pointer, count)");
    return 0;
  } else if constexpr (requires(const Array& array) { array.data()->size(); }) {
    static_assert(is_array_of<Array, Number>,
                  "vscg: an array has its numbers in one block, and an array of arrays has not: put all of them into "
                  "one std::vector, item after item");
    return 0;
  } else {
    using got = gets_array_of<std::remove_cvref_t<decltype(*std::declval<const Array&>().data())>>;
    return sizeof(array_mismatch<place, expects_array_of<Number, Shape>, got>);
  }
}

}  // namespace detail

/// Checks one array for each shape (`checked_array`): the network's `Inputs` first, then targets; the first of these is
/// array `Before` of a batch, whose arrays before it have `*rows` items each. Throws vscg::expectation_error naming the
/// array ("input 0") if its shape is wrong, or if it holds a different number of items than the others.
template <class Scalar, std::size_t Inputs, std::size_t Before = 0, class... Shapes, class... Arrays>
batch_arrays<sizeof...(Shapes)> checked_batch(input_shapes<Shapes...>, const std::size_t* rows,
                                              const Arrays&... arrays) {
  static_assert(sizeof...(Arrays) == sizeof...(Shapes));
  static_assert((!Shapes::per_pair && ...), "vscg: an input or target is [B, ...] or has no batch axis");
  batch_arrays<sizeof...(Shapes)> batch;
  if constexpr ((detail::is_array_of<Arrays, element_of<Shapes, Scalar>> && ...)) {
    std::size_t k = Before;
    batch = {{batch_array{
        std::as_bytes(checked_array<Shapes, Scalar>(detail::as_array(arrays), detail::name_of_array(k++, Inputs))),
        Shapes::per_item ? Shapes::elements * sizeof(element_of<Shapes, Scalar>) : 0}...}};
    static constexpr std::array<detail::shape_of_array, sizeof...(Shapes)> shapes{
        detail::shape_of_array{Shapes::extents.data(), Shapes::rank}...};
    batch.items = detail::items_of(batch.arrays.data(), shapes.data(), sizeof...(Shapes), Before, Inputs, rows);
  } else {
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      const auto check = []<std::size_t At, class Shape, class Array>() {
        if constexpr (!detail::is_array_of<Array, element_of<Shape, Scalar>>)
          static_cast<void>(detail::refuse_array<At, Inputs, Shape, element_of<Shape, Scalar>, Array>());
      };
      (check.template operator()<Before + K, Shapes, Arrays>(), ...);
    }
    (std::make_index_sequence<sizeof...(Shapes)>{});
  }
  return batch;
}

/// Throws vscg::expectation_error if an array of the batch has an index that an operation of the program cannot take.
template <std::size_t N>
void expect_indices(const program& p, const batch_arrays<N>& batch, std::size_t inputs) {
  for (std::size_t k = 0; k < N; ++k) {
    const std::int32_t limit = p.slot_table()[p.inputs()[k]].index_limit;
    if (limit > 0) detail::expect_indices(batch.arrays[k], limit, detail::name_of_array(k, inputs));
  }
}

}  // namespace vscg

#include <vscg/core/end.hpp>
