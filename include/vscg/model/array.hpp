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
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/core/slot.hpp>

namespace vscg {

namespace detail {

template <class Shape>
std::array<std::size_t, Shape::rank> run_time_shape(std::size_t items) {
  std::array<std::size_t, Shape::rank> extents{};
  for (std::size_t i = 0; i < Shape::rank; ++i) {
    extents[i] = Shape::extents[i] == dyn ? items : static_cast<std::size_t>(Shape::extents[i]);
  }
  return extents;
}

/// Throws if `size` is not the size of an array whose items have `elements` numbers, or that has no items.
[[gnu::cold]] VSCG_NOINLINE inline void expect_size(std::size_t size, std::size_t elements, bool per_item,
                                                    const int* extents, std::size_t rank, std::string_view what) {
  if (size % elements == 0 && (per_item || size == elements)) return;
  throw expectation_error(what, shape_text(extents, rank, dyn, ", ", "N"), std::to_string(size) + " numbers");
}

inline void expect_item(std::size_t i, std::size_t items) {
  if (i < items) return;
  throw expectation_error("array: item", "one below " + std::to_string(items) + ", the number of items",
                          std::to_string(i));
}

/// Throws if an index is not below `classes`. Items have `elements` indices each.
VSCG_NOINLINE inline void expect_classes(std::span<const std::int32_t> indices, int classes, std::size_t elements,
                                         std::string_view what) {
  std::int32_t largest = -1;
  for (const std::int32_t index : indices) largest = std::max(largest, index);
  if (largest < classes) return;
  const auto wrong = std::find_if(indices.begin(), indices.end(), [&](std::int32_t index) { return index >= classes; });
  const auto item = static_cast<std::size_t>(wrong - indices.begin()) / elements;
  throw expectation_error(std::string(what) + ", item " + std::to_string(item),
                          "a class from 0 to " + std::to_string(classes - 1), std::to_string(*wrong));
}

/// Throws if [rows, columns] are not an array's axes with some of the last ones taken together.
[[gnu::cold]] VSCG_NOINLINE inline void expect_matrix(std::size_t rows, std::size_t columns, const int* extents,
                                                      std::size_t rank, std::string_view what) {
  std::size_t together = 1;
  bool fits = rank == 1 && columns == 1;
  for (std::size_t i = rank; !fits && i-- > 0 && extents[i] != dyn;) {
    together *= static_cast<std::size_t>(extents[i]);
    fits = columns == together;
  }
  if (!fits)
    throw expectation_error(what, shape_text(extents, rank, dyn, ", ", "N"),
                            vscg::shape_text(std::array{rows, columns}));
}

/// A plain C array, such as `float x[2][10][128]`, as an array with a shape.
template <class Array>
struct c_array {
  using number = std::remove_all_extents_t<Array>;
  const Array& numbers;
  const number* data() const { return reinterpret_cast<const number*>(&numbers); }
  static constexpr std::size_t size() { return sizeof(Array) / sizeof(number); }
  static constexpr auto shape() requires(std::rank_v<Array> > 1) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return std::array{std::extent_v<Array, static_cast<unsigned>(I)>...};
    }
    (std::make_index_sequence<std::rank_v<Array>>{});
  }
};

/// The array itself, or a C array with what other arrays have.
template <class Array>
decltype(auto) as_array(const Array& array) {
  if constexpr (std::is_array_v<Array>)
    return c_array<Array>{array};
  else
    return (array);
}

template <class Array>
concept BlockOfNumbers = requires(const Array& array) {
  *array.data();
  array.size();
};

/// Whether `checked_array` takes such arrays for one of `Number`.
template <class Array, class Number>
inline constexpr bool is_array_of = [] {
  if constexpr (std::is_array_v<Array>)
    return std::is_same_v<std::remove_all_extents_t<Array>, Number>;
  else if constexpr (BlockOfNumbers<Array>)
    return std::is_convertible_v<decltype(std::declval<const Array&>().data()), const Number*>;
  else
    return false;
}();

}  // namespace detail

/// Numbers that belong to someone else, with their shape: what a session returns, valid until its next call.
template <class Scalar, class Shape>
struct array_view {
  using shape_type = Shape;
  const Scalar* data = nullptr;
  std::size_t items = 0;

  std::size_t size() const { return Shape::count(items); }
  std::span<const Scalar> values() const { return {data, size()}; }
  /// The numbers of one item (video). Throws vscg::expectation_error if there is no such item.
  std::span<const Scalar> item(std::size_t i) const {
    detail::expect_item(i, items);
    return {data + i * Shape::elements, Shape::elements};
  }
  auto shape() const { return detail::run_time_shape<Shape>(items); }
};

/// The same, owned: what a model returns.
template <class Scalar, class Shape>
struct array_of {
  using shape_type = Shape;
  std::vector<Scalar> numbers;
  std::size_t items = 0;

  std::size_t size() const { return numbers.size(); }
  const Scalar* data() const { return numbers.data(); }
  /// A view of it; throws vscg::expectation_error if there are not as many numbers as `items` says.
  array_view<Scalar, Shape> view() const& {
    const array_view<Scalar, Shape> all{numbers.data(), items};
    if (Shape::per_item ? numbers.size() / Shape::elements != items || numbers.size() % Shape::elements != 0
                        : numbers.size() != Shape::elements) {
      throw expectation_error("array", std::to_string(items) + " items", std::to_string(numbers.size()) + " numbers");
    }
    return all;
  }
  array_view<Scalar, Shape> view() && = delete;
  std::span<const Scalar> values() const& { return numbers; }
  std::span<const Scalar> item(std::size_t i) const& {
    detail::expect_item(i, items);
    return {numbers.data() + i * Shape::elements, Shape::elements};
  }
  // A temporary gives up its numbers: a view would outlive them.
  std::vector<Scalar> values() && { return std::move(numbers); }
  std::vector<Scalar> item(std::size_t i) && {
    const auto view = std::as_const(*this).item(i);
    return {view.begin(), view.end()};
  }
  auto shape() const { return detail::run_time_shape<Shape>(items); }
};

namespace detail {
template <class Shape, class Number, class Array>
std::span<const Number> checked_numbers(const Array& array, std::string_view what) {
  if constexpr (requires { Array::IsRowMajor; }) {
    static_assert(Array::IsRowMajor || Array::IsVectorAtCompileTime,
                  "vscg: arrays are row-major: for Eigen's, Eigen::Matrix<..., Eigen::RowMajor>");
  }
  const auto size = static_cast<std::size_t>(array.size());
  const auto wanted = run_time_shape<Shape>(size / Shape::elements);
  expect_size(size, Shape::elements, Shape::per_item, Shape::extents.data(), Shape::rank, what);
  if constexpr (requires { array.shape().size(); }) {
    bool same = array.shape().size() == Shape::rank;
    for (std::size_t i = 0; same && i < Shape::rank; ++i)
      same = static_cast<std::size_t>(array.shape()[i]) == wanted[i];
    if (!same) throw expectation_error(what, vscg::shape_text(Shape::extents, dyn), vscg::shape_text(array.shape()));
  }
  if constexpr (requires { array.strides().size(); }) {
    // An axis of one element may have any stride (xtensor writes 0).
    std::size_t step = 1;
    for (std::size_t i = Shape::rank; size > 0 && i-- > 0; step *= wanted[i]) {
      if (wanted[i] > 1 && static_cast<std::size_t>(array.strides()[i]) != step) {
        throw expectation_error(what, "a contiguous row-major array", "strides " + vscg::shape_text(array.strides()));
      }
    }
  }
  if constexpr (requires { array.outerStride(); }) {  // Eigen's blocks and maps may leave numbers out
    const bool inner = array.innerSize() <= 1 || array.innerStride() == 1;
    const bool outer = array.outerSize() <= 1 || array.outerStride() == array.innerSize();
    if (!inner || !outer) {
      throw expectation_error(what, "a contiguous row-major array",
                              "strides " + vscg::shape_text(std::array{array.outerStride(), array.innerStride()}));
    }
    if constexpr (!Array::IsVectorAtCompileTime) {
      expect_matrix(static_cast<std::size_t>(array.rows()), static_cast<std::size_t>(array.cols()),
                    Shape::extents.data(), Shape::rank, what);
    }
  }
  std::span<const Number> numbers(array.data(), size);
  if constexpr (requires { array.data_offset(); })
    numbers = {array.data() + array.data_offset(), size};  // an xtensor view begins inside its array
  if constexpr (requires { Shape::class_count; }) expect_classes(numbers, Shape::class_count, Shape::elements, what);
  return numbers;
}
}  // namespace detail

/// Any contiguous row-major array of `Scalar`: std::span, std::vector, std::array, a C array (through `as_array`), an
/// xtensor array or view, an Eigen matrix or map. Its shape and strides are checked if it has them, otherwise its size;
/// a matrix may have several of the last axes as its columns. The numbers of `class_indices` are checked too. Returns
/// the numbers; throws vscg::expectation_error naming `what`.
template <class Shape, class Scalar, class Array>
std::span<const element_of<Shape, Scalar>> checked_array(const Array& array, std::string_view what) {
  using expected = element_of<Shape, Scalar>;
  constexpr bool fits = detail::is_array_of<Array, expected>;
  static_assert(fits,
                "vscg: an array of other numbers than expected: classes are std::int32_t, and anything else is the "
                "scalar that the network computes in");  // `checked_batch` says which one
  if constexpr (fits)
    return detail::checked_numbers<Shape, expected>(array, what);
  else
    return {};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
