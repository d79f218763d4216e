// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/axis_walk.hpp>
#include <vscg/ops/permuted_copy.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg {

namespace ops {

/// y[i_order[0], i_order[1], ...] = x[i_0, i_1, ...]; dx is dy with its axes back in x's order.
template <class Shape, int... Order>
struct permute : operation<shape<Shape::extents[static_cast<std::size_t>(Order)]...>> {
  static constexpr const char* name = "permute";
  static constexpr bool is_linear = true;
  static constexpr std::array<int, Shape::rank> order{Order...};
  static constexpr std::array<int, Shape::rank> order_back = [] {
    std::array<int, Shape::rank> back{};
    for (std::size_t k = 0; k < Shape::rank; ++k) back[static_cast<std::size_t>(order[k])] = static_cast<int>(k);
    return back;
  }();
  static_assert(Shape::rank <= axis_walk::most_axes, "vscg::permute: an array has at most 8 axes");
  void settings(setting_list& to) const {
    for (std::size_t k = 0; k < Shape::rank; ++k) to.add("axis_" + std::to_string(k), order[k]);
  }

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    detail::copy_permuted(c.backend(), Shape::extents, order, c.items(), c.x(), gradient<T>{c.y(), false});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    detail::copy_permuted(c.backend(), permute::result::extents, order_back, c.items(), static_cast<const T*>(c.dy()),
                          c.dx());
  }
};

}  // namespace ops

struct permute_function;

namespace detail {

/// Checks an order of axes against a shape.
template <class Shape, int... Order>
struct axis_order {
  static constexpr std::size_t rank = sizeof...(Order);
  static constexpr std::array<int, rank> order{(Order < 0 ? Order + static_cast<int>(rank) : Order)...};
  static constexpr bool each_once = [] {
    for (int axis = 0; axis < static_cast<int>(rank); ++axis) {
      std::size_t found = 0;
      for (const int k : order) found += k == axis;
      if (found != 1) return false;
    }
    return true;
  }();
  static constexpr bool keeps_batch = [] {
    for (std::size_t k = 0; k < Shape::batch_axes && k < rank; ++k) {
      if (order[k] != static_cast<int>(k)) return false;
    }
    return true;
  }();
  static constexpr bool right = rank == Shape::rank && each_once && keeps_batch;
  /// Whether only axes of extent 1 move, so that every number stays where it is.
  static constexpr bool is_view = [] {
    int last = -1;
    for (const int k : order) {
      if (Shape::extents[static_cast<std::size_t>(k)] == 1) continue;
      if (k < last) return false;
      last = k;
    }
    return true;
  }();
  /// Whether the order swaps the last two axes and nothing else.
  static constexpr bool transposes = [] {
    if (rank < 3) return false;
    for (std::size_t k = 0; k + 2 < rank; ++k) {
      if (order[k] != static_cast<int>(k)) return false;
    }
    return true;
  }();
};

/// Refuses an order that does not name each of the shape's axes once, or that moves the batch.
template <class Shape, int... Order>
constexpr auto require_order() {
  using given = axis_order<Shape, Order...>;
  constexpr int rank = static_cast<int>(Shape::rank);
  constexpr int count = static_cast<int>(sizeof...(Order));
  if constexpr (count != rank)
    require<false, permute_function, expects<rank, number::of_axes>, gets<count, number::of_axes>>();
  else if constexpr (!given::each_once)
    require<false, permute_function, expects<0, number::to, rank - 1, number::each_once>, gets<Order...>>();
  else if constexpr (!given::keeps_batch)
    require<false, permute_function, expects<axis::batch, number::at_first>, gets<Order...>>();
  return true;
}

}  // namespace detail

/// permute<0, 2, 1, 3>(x): puts the axes of x in another order; the batch stays first. [B, T, R, C] to [B, R, T, C].
/// Negative axes count from the end. Nothing is copied if only axes of extent 1 move. `matmul` needs no copy
/// either if only the last two axes of its second operand are swapped (PyTorch's x.permute(0, 2, 1, 3)).
template <int... Order, class Tag, class Shape, bool Active>
auto permute(const var<Tag, Shape, Active>& x) {
  using order = detail::axis_order<Shape, Order...>;
  detail::require_order<Shape, Order...>();
  if constexpr (!order::right) {
    return x;
  } else {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
      if constexpr (order::is_view)
        return detail::view_as<shape<Shape::extents[static_cast<std::size_t>(order::order[K])]...>>(x);
      else if constexpr (order::transposes)
        return record(ops::transpose<Shape>{}, x);
      else
        return record(ops::permute<Shape, order::order[K]...>{}, x);
    }
    (std::make_index_sequence<Shape::rank>{});
  }
}
VSCG_OPERANDS_WITH_NUMBERS(permute, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
