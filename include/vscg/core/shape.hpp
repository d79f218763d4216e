// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <vscg/core/config.hpp>

namespace vscg {

/// The one extent that is known only at run time: the number of items (videos) in a batch, letter B.
/// [B, ...] has one array for each item, [B, B, ...] one for each pair of items.
/// Letters used throughout: B items, T segments (time), R image regions, C channels (or classes), H hidden units.
inline constexpr int dyn = -1;

/// The shape of a row-major array, as a type. The first axis may be `dyn`; if it is, the second may be too.
template <int... Extents>
struct shape {
  static constexpr std::size_t rank = sizeof...(Extents);
  static constexpr std::array<int, rank> extents{Extents...};
  /// How many of the axes are batch axes: 0, 1 or 2.
  static constexpr std::size_t batch_axes = [] {
    std::size_t count = 0;
    while (count < rank && count < 2 && extents[count] == dyn) ++count;
    return count;
  }();
  /// Whether there is one array for each item of the batch.
  static constexpr bool per_item = batch_axes == 1;
  /// Whether there is one array for each pair of items.
  static constexpr bool per_pair = batch_axes == 2;
  /// Whether its elements are whole numbers that name something, such as classes or tokens.
  static constexpr bool of_indices = false;
  /// Number of elements; per item or per pair if the shape has a batch.
  static constexpr std::size_t elements = [] {
    std::size_t product = 1;
    for (std::size_t i = batch_axes; i < rank; ++i) product *= static_cast<std::size_t>(extents[i]);
    return product;
  }();
  /// Number of elements of all items together.
  static constexpr std::size_t count(std::size_t items) {
    return elements * (batch_axes > 0 ? items : 1) * (batch_axes > 1 ? items : 1);
  }
  static constexpr bool valid = [] {
    for (std::size_t i = batch_axes; i < rank; ++i) {
      if (extents[i] < 1) return false;
    }
    return true;
  }();
  static_assert(valid, "vscg::shape: extents are positive, and only the first two may be dyn");
  /// Whether memory could hold `elements` numbers of any scalar. If so, the product has not overflowed either.
  static constexpr bool fits = [] {
    std::size_t left = PTRDIFF_MAX / 16;
    for (std::size_t i = batch_axes; i < rank; ++i) left /= static_cast<std::size_t>(extents[i]);
    return left > 0;
  }();
  static_assert(fits, "vscg::shape: more elements than memory can hold");
};

/// The shape of an array of indices (std::int32_t): class labels, token ids. They are inputs or targets, never
/// results that gradients flow through (PyTorch's LongTensor).
template <int... Extents>
struct indices : shape<Extents...> {
  static constexpr bool of_indices = true;
};

/// The same, where an index is one of `Count` classes, 0 to Count - 1, or negative: none. A batch is refused if it has
/// another one. In a trace it is like `indices`.
template <int Count, int... Extents>
struct class_indices : indices<Extents...> {
  static constexpr int class_count = Count;
  static_assert(Count > 0, "vscg::class_indices: at least one class");
};

namespace detail {
template <class Shape>
struct traced_shape {
  using type = Shape;
};
template <int Count, int... Extents>
struct traced_shape<class_indices<Count, Extents...>> {
  using type = indices<Extents...>;
};
}  // namespace detail

/// The shape that operations see of an input or target of this shape.
template <class Shape>
using traced_shape = typename detail::traced_shape<Shape>::type;

/// Extent of axis `Axis`, counted from the end when negative: extent<shape<dyn, 10, 256>, -1> is 256.
template <class Shape, int Axis>
inline constexpr int extent =
    Shape::extents[static_cast<std::size_t>(Axis < 0 ? Axis + static_cast<int>(Shape::rank) : Axis)];

/// The answer of `axis_of` if the axis does not exist or is a batch axis.
inline constexpr int no_axis = -1;

/// The axis that `Axis` means; negative ones count from the end. `no_axis` if it does not exist or is a batch axis.
template <class Shape, int Axis>
inline constexpr int axis_of = [] {
  const int axis = Axis < 0 ? Axis + static_cast<int>(Shape::rank) : Axis;
  return axis >= static_cast<int>(Shape::batch_axes) && axis < static_cast<int>(Shape::rank) ? axis : no_axis;
}();

namespace detail {
template <class Shape, int Last>
struct replace_last;
template <int... E, int Last>
struct replace_last<shape<E...>, Last> {
  template <std::size_t... I>
  static auto make(std::index_sequence<I...>) -> shape<shape<E...>::extents[I]..., Last>;
  using type = decltype(make(std::make_index_sequence<sizeof...(E) - 1>{}));
};
template <class Shape, int Axis, int Extent, std::size_t... I>
auto replace_extent(std::index_sequence<I...>) -> shape<(static_cast<int>(I) == Axis ? Extent : Shape::extents[I])...>;
template <class Shape>
struct drop_last;
template <int... E>
struct drop_last<shape<E...>> {
  template <std::size_t... I>
  static auto make(std::index_sequence<I...>) -> shape<shape<E...>::extents[I]...>;
  using type = decltype(make(std::make_index_sequence<sizeof...(E) - 1>{}));
};
}  // namespace detail

/// The shape with its last extent replaced. A layer that maps channels to channels returns this.
template <class Shape, int Last>
using with_channels = typename detail::replace_last<Shape, Last>::type;

/// The shape with the extent of one axis replaced; negative axes count from the end.
template <class Shape, int Axis, int Extent>
using with_extent =
    decltype(detail::replace_extent<Shape, (Axis < 0 ? Axis + static_cast<int>(Shape::rank) : Axis), Extent>(
        std::make_index_sequence<Shape::rank>{}));

/// The shape without its last axis. A reduction over channels returns this.
template <class Shape>
using without_channels = typename detail::drop_last<Shape>::type;

/// The rows of a shape, seen as a matrix [rows, last extent]; the rows of one item if the shape is per item.
template <class Shape>
inline constexpr std::size_t rows_of = Shape::elements / static_cast<std::size_t>(extent<Shape, -1>);

/// In a shape pattern: any extent except `dyn`. (Patterns are only names; no array has this extent.)
inline constexpr int any_extent = 0;

// The words that errors use next to numbers: `expects<axis::batch, axis::any, 256>`, `expects<8, number::to, 11>`.
enum class axis : unsigned char { batch, no_batch, any };
enum class number : unsigned char {
  odd,
  at_least,
  multiple_of,
  to,
  as_axis,
  each_once,
  at_first,
  of_numbers,
  of_indices,
  of_axes,
  of_elements,
  of_operands,
  of_outputs,
  of_terms
};

template <auto... What>
struct expects;
template <auto... What>
struct gets;

/// Never defined: naming it in a `sizeof` puts the layer, what it expects and what it gets into the compiler's first
/// error line. (A static_assert puts the numbers into a note under g++.)
template <class Layer, class Expects, class Gets>
struct shape_mismatch;

namespace detail {
// This is a variable because clang would report a function again at every later call, in its own words.
template <class Layer, class Expects, class Gets>
inline constexpr std::size_t refused = sizeof(shape_mismatch<Layer, Expects, Gets>);
}  // namespace detail

/// Refuses what a layer cannot take, on first use and with one readable error. Returns `Right`. (The return type is
/// deduced so that compilers look inside at the call, and not at the end of the file, after other errors.)
template <bool Right, class Layer, class Expects, class Gets>
constexpr auto require() {
  if constexpr (!Right) static_cast<void>(detail::refused<Layer, Expects, Gets>);
  return Right;
}

/// The same for one extent.
template <class Layer, int Expected, int Got>
constexpr auto require_extent() {
  return require<Expected == Got, Layer, expects<Expected>, gets<Got>>();
}

namespace detail {

template <std::size_t I, class First, class... Rest>
struct shape_at : shape_at<I - 1, Rest...> {};
template <class First, class... Rest>
struct shape_at<0, First, Rest...> {
  using type = First;
};

/// Several shapes as one type. It compiles faster than a std::tuple of them.
template <class... Shapes>
struct shape_list {
  static constexpr std::size_t count = sizeof...(Shapes);
  template <std::size_t I>
  using at = typename shape_at<I, Shapes...>::type;
};

}  // namespace detail

}  // namespace vscg

#include <vscg/core/end.hpp>
