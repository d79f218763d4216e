// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/ops/axis_walk.hpp>

// PyTorch's rules of broadcasting. Two shapes are aligned at their last axes. Aligned extents must be equal, or one of
// them must be 1; a missing axis counts as 1. Such an axis is stretched: its one number is used all along it.

namespace vscg {
namespace detail {

/// The extent of an axis after the array is aligned to `rank` axes; 1 if the axis is missing.
constexpr int aligned_extent(std::span<const int> extents, std::size_t rank, std::size_t axis) {
  return axis + extents.size() < rank ? 1 : extents[axis + extents.size() - rank];
}

/// The broadcast of two shapes. They do not fit if their extents disagree or if the batch would not come first.
template <class A, class B>
struct broadcast_shapes {
  static constexpr std::size_t rank = A::rank > B::rank ? A::rank : B::rank;
  static constexpr int none = -2;
  static constexpr std::array<int, rank> extents = [] {
    std::array<int, rank> joined{};
    for (std::size_t k = 0; k < rank; ++k) {
      const int a = aligned_extent(A::extents, rank, k);
      const int b = aligned_extent(B::extents, rank, k);
      joined[k] = a == b || b == 1 ? a : (a == 1 ? b : none);
    }
    return joined;
  }();
  static constexpr bool fit = [] {
    for (std::size_t k = 0; k < rank; ++k) {
      if (extents[k] == none) return false;
      if (extents[k] == dyn && (k > 1 || extents[0] != dyn)) return false;
    }
    return true;
  }();
};

template <class A, class B, std::size_t... K>
auto broadcast_result(std::index_sequence<K...>) -> shape<broadcast_shapes<A, B>::extents[K]...>;
/// The shape of a + b.
template <class A, class B>
using broadcast_of = decltype(detail::broadcast_result<A, B>(std::make_index_sequence<broadcast_shapes<A, B>::rank>{}));

/// Refuses shapes that do not fit. If the ranks are equal and only one extent is wrong, the error shows just that one.
template <class Layer, int... A, int... B>
constexpr auto refuse_broadcast(const shape<A...>*, const shape<B...>*) {
  constexpr std::type_identity<shape<B...>> got;
  if constexpr (sizeof...(A) == sizeof...(B))
    return refuse_shape<Layer>(std::type_identity<shape<(A == 1 || B == 1 ? B : A)...>>{}, got);
  else
    return refuse_shape<Layer>(std::type_identity<shape<A...>>{}, got);
}

/// One axis of a result, or several that can be walked as one. `stride.first` is the stride in the result; the other
/// two are the strides in the operands, 0 for an operand that is stretched here.
struct broadcast_axis {
  std::size_t extent;
  array_places stride;
};

/// The axes of a result, innermost first. Axes of extent 1 are left out.
struct broadcast_axes {
  std::size_t count = 0;
  broadcast_axis axes[axis_walk::most_axes] = {};
  /// Whether a row (the innermost axis) is too short to fill a register, however many items there are.
  bool narrow = true;

  /// `batch_apart`: the first axis is not merged with the next one.
  broadcast_axes(std::span<const int> result, std::span<const int> first, std::span<const int> second,
                 std::size_t items, bool batch_apart = false) {
    array_places stride{1, 1, 1};
    for (std::size_t k = result.size(); k-- > 0;) {
      if (result[k] == 1) continue;
      const std::size_t extent = result[k] == dyn ? items : static_cast<std::size_t>(result[k]);
      const bool in_first = aligned_extent(first, result.size(), k) != 1;
      const bool in_second = aligned_extent(second, result.size(), k) != 1;
      const broadcast_axis axis{extent, {stride.first, in_first ? stride.second : 0, in_second ? stride.third : 0}};
      broadcast_axis* const inner = count > 0 && !(batch_apart && k == 0) ? &axes[count - 1] : nullptr;
      if (inner != nullptr && (inner->stride.second != 0) == in_first && (inner->stride.third != 0) == in_second)
        inner->extent *= extent;
      else
        axes[count++] = axis;
      if (count == 1) narrow = result[k] != dyn && axes[0].extent < 8;
      stride.first *= extent;
      if (in_first) stride.second *= extent;
      if (in_second) stride.third *= extent;
    }
    if (count == 0) axes[count++] = {1, {1, 1, 1}};
  }
};

/// The scratch that an operand's gradient needs. If the operand is the same for all items and each item already
/// contributes a sum, the gradient is summed within each item first, and then over the items.
template <class Own, class Result>
constexpr slot_size broadcast_scratch() {
  if constexpr (Result::batch_axes == 0 || (Own::batch_axes > 0 && Own::rank == Result::rank))
    return {};
  else if constexpr (Own::per_item)  // the second of two batch axes
    return Own::elements < Result::elements ? slot_size{0, 0, 0, Own::elements} : slot_size{};
  else
    return Own::elements < Result::elements || Result::per_pair ? slot_size{Own::elements} : slot_size{};
}

}  // namespace detail
}  // namespace vscg

#include <vscg/core/end.hpp>
