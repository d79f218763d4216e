// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <vscg/backend/scalar_index.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/ops/axis_walk.hpp>
#include <vscg/ops/broadcast_axes.hpp>
#include <vscg/ops/column_sums.hpp>

// a + b, a - b, a * b and a / b with broadcasting. Each is computed by one kernel, which reads a stretched number again
// and again instead of copying it.

namespace vscg {

namespace kernels {

/// Long rows are cut into pieces of this many numbers, so that threads can share a row.
inline constexpr std::size_t broadcast_piece = 512;

/// The numbers along a row, or one number that stands for all of them.
template <class T>
struct row_of_numbers {
  const T* from;
  bool moves;
  template <class Index>
  VSCG_HD auto load(Index i) const {
    using V = typename Index::value;
    return moves ? i.load(from) : V(*from);
  }
};

/// Says which part of which row a piece covers.
struct row_piece {
  std::size_t row;
  std::size_t begin = 0;
  std::size_t size;
  bool narrow;
  VSCG_HD row_piece(std::size_t piece, std::size_t columns, bool few) : row(piece), size(columns), narrow(few) {
    if (columns <= broadcast_piece) return;
    const std::size_t pieces = (columns + broadcast_piece - 1) / broadcast_piece;
    row = piece / pieces;
    begin = piece % pieces * broadcast_piece;
    size = columns - begin < broadcast_piece ? columns - begin : broadcast_piece;
  }
  /// Calls f(index) for the piece's numbers. If rows do not fill a register, going one by one is faster.
  template <class T, class Group, class F>
  VSCG_HD void each(Group group, const F& f) const {
    if (narrow)
      group.integers(size, [&](std::size_t i) { f(scalar_index<T>{i}); });
    else
      group.each(size, f);
  }
};

template <class Function, class T>
struct broadcast_forward {
  axis_walk rows;  // of y, a, b
  std::size_t columns;
  bool narrow;
  bool a_moves;
  bool b_moves;
  const T* a;
  const T* b;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t index) const {
    const row_piece piece(index, columns, narrow);
    const array_places at = rows.at(piece.row);
    const row_of_numbers<T> left{a + at.second + (a_moves ? piece.begin : 0), a_moves};
    const row_of_numbers<T> right{b + at.third + (b_moves ? piece.begin : 0), b_moves};
    T* const to = y + at.first + piece.begin;
    piece.each<T>(group, [&](auto i) { i.store(to, Function::value(left.load(i), right.load(i))); });
  }
};

/// The gradient of one operand. A number that was stretched gets the sum over all places that it was stretched to.
template <class Slope, class T>
struct broadcast_pullback {
  axis_walk kept;    // of dy, own, other: the axes that `to` has, in its order
  axis_walk summed;  // the axes that are summed away
  std::size_t terms;
  std::size_t columns;
  bool narrow;
  bool own_moves;  // otherwise the row is summed as well
  bool other_moves;
  const T* dy;
  const T* own;    // the operand; null if the slope does not read it
  const T* other;  // likewise
  gradient<T> to;

  template <class Index>
  VSCG_HD auto slope(Index i, array_places at, array_places term) const {
    using V = typename Index::value;
    V own_number(0);
    V other_number(0);
    if constexpr (Slope::reads_own) own_number = row_of_numbers<T>{own + at.second + term.second, own_moves}.load(i);
    if constexpr (Slope::reads_other)
      other_number = row_of_numbers<T>{other + at.third + term.third, other_moves}.load(i);
    return Slope::value(i.load(dy + at.first + term.first), own_number, other_number);
  }

  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t index) const {
    if (!own_moves) {
      const array_places at = kept.at(index);
      T total(0);
      for (std::size_t term = 0; term < terms; ++term) {
        const array_places place = summed.at(term);
        total = total + group.sum(columns, [&](auto i) { return slope(i, at, place); });
      }
      group.integers(1, [&](std::size_t) { to.data[index] = to.adds ? to.data[index] + total : total; });
      return;
    }
    const row_piece piece(index, columns, narrow);
    array_places at = kept.at(piece.row);
    at.first += piece.begin;
    at.second += piece.begin;
    if (other_moves) at.third += piece.begin;
    const gradient<T> target{to.data + piece.row * columns + piece.begin, to.adds};
    piece.each<T>(group, [&](auto i) {
      auto total = slope(i, at, array_places{});
      for (std::size_t term = 1; term < terms; ++term) total = total + slope(i, at, summed.at(term));
      target.store(i, total);
    });
  }
};

/// A slope computes an operand's gradient before the sum, from dy, the operand and the other operand.
struct slope_one {
  static constexpr bool reads_own = false;
  static constexpr bool reads_other = false;
  template <class V>
  VSCG_HD static V value(V dy, V, V) {
    return dy;
  }
};
struct slope_other {
  static constexpr bool reads_own = false;
  static constexpr bool reads_other = true;
  template <class V>
  VSCG_HD static V value(V dy, V, V other) {
    return dy * other;
  }
};

}  // namespace kernels

namespace detail {

/// The extents of the result and of both operands. For a gradient, `first` is the operand that receives it.
struct broadcast_extents {
  std::span<const int> result;
  std::span<const int> first;
  std::span<const int> second;
  std::size_t items;
};

inline std::size_t pieces_of(std::size_t columns) {
  return (columns + kernels::broadcast_piece - 1) / kernels::broadcast_piece;
}

template <class Function, class Executor, class T>
void broadcast(Executor& backend, const broadcast_extents& of, const T* a, const T* b, T* y) {
  const broadcast_axes all(of.result, of.first, of.second, of.items);
  const broadcast_axis& row = all.axes[0];
  axis_walk rows;
  for (std::size_t k = all.count; k-- > 1;) rows.add(all.axes[k].extent, all.axes[k].stride);
  backend.rows(rows.count() * pieces_of(row.extent), std::min(row.extent, kernels::broadcast_piece),
               kernels::broadcast_forward<Function, T>{rows, row.extent, all.narrow, row.stride.second != 0,
                                                       row.stride.third != 0, a, b, y});
}

/// The gradient of the first operand. Without `scratch`, each number of it is one sum. With `scratch`, every item is
/// summed on its own first, and a second kernel adds up the items.
template <class Slope, class Executor, class T>
void broadcast_back(Executor& backend, const broadcast_extents& of, const T* dy, const T* own, const T* other,
                    gradient<T> to, T* scratch) {
  const bool items_apart = scratch != nullptr;
  const broadcast_axes all(of.result, of.first, of.second, of.items, items_apart);
  const broadcast_axis& row = all.axes[0];
  const bool own_moves = row.stride.second != 0;
  axis_walk kept;
  axis_walk summed;
  for (std::size_t k = all.count; k-- > 1;) {
    const bool keeps = all.axes[k].stride.second != 0 || (items_apart && k + 1 == all.count);
    (keeps ? kept : summed).add(all.axes[k].extent, all.axes[k].stride);
  }
  const std::size_t terms = summed.count();
  const std::size_t pieces = own_moves ? pieces_of(row.extent) : 1;
  const std::size_t columns = own_moves ? std::min(row.extent, kernels::broadcast_piece) : row.extent;
  backend.rows(kept.count() * pieces, terms * columns,
               kernels::broadcast_pullback<Slope, T>{kept, summed, terms, row.extent, all.narrow, own_moves,
                                                     row.stride.third != 0, dy, own, other,
                                                     items_apart ? gradient<T>{scratch, false} : to});
  if (!items_apart) return;
  const std::size_t numbers = kept.count() / of.items * (own_moves ? row.extent : 1);
  const kernels::block_rows<T> partial = few_blocks(backend, of.items, numbers, scratch);
  backend.each(numbers, partial.count, kernels::sum_of_blocks<T>{partial, to});
}

}  // namespace detail

namespace ops {

/// y[i, j] = f(a[i, j], b[i, j]), where a and b are stretched to the shape of y. An operand's gradient is the
/// function's gradient, summed over all places that the operand was stretched to.
template <class Function, class A, class B>
struct broadcast : operation<detail::broadcast_of<A, B>> {
  using whole = typename broadcast::result;
  static constexpr const char* name = Function::name;
  static constexpr bool is_linear = Function::is_linear;
  static constexpr bool couples_batch = whole::per_pair;
  static constexpr operand_index<0> a{};
  static constexpr operand_index<1> b{};
  static constexpr std::uint32_t pullback_reads_operands =
      (Function::slope_of_a::reads_own || Function::slope_of_b::reads_other ? operand_set(a) : 0U) |
      (Function::slope_of_a::reads_other || Function::slope_of_b::reads_own ? operand_set(b) : 0U);
  static_assert(whole::rank <= axis_walk::most_axes, "vscg::broadcast: an array has at most 8 axes");
  /// One array is enough, because at most one operand is the same for all items.
  static constexpr std::array<slot_size, 1> pullback_scratch() {
    constexpr slot_size of_a = detail::broadcast_scratch<A, whole>();
    return {of_a.elements(1) > 0 ? of_a : detail::broadcast_scratch<B, whole>()};
  }

  template <class C>
  void forward(const C& c) const {
    detail::broadcast<Function>(c.backend(), {whole::extents, A::extents, B::extents, c.items()}, c.x(a), c.x(b),
                                c.y());
  }
  template <class C>
  void pullback(const C& c) const {
    pass<typename Function::slope_of_a, A, B>(c, a, b);
    pass<typename Function::slope_of_b, B, A>(c, b, a);
  }

 private:
  template <class Slope, class Own, class Other, class C, class Operand, class OtherOperand>
  static void pass(const C& c, Operand to, [[maybe_unused]] OtherOperand beside) {
    if constexpr (C::wants(Operand{})) {
      using T = typename C::scalar;
      const T* own = nullptr;
      const T* other = nullptr;
      if constexpr (Slope::reads_own) own = c.x(to);
      if constexpr (Slope::reads_other) other = c.x(beside);
      constexpr bool items_apart = detail::broadcast_scratch<Own, whole>().elements(1) > 0;
      const T* const dy = c.dy();
      detail::broadcast_back<Slope>(c.backend(), {whole::extents, Own::extents, Other::extents, c.items()}, dy, own,
                                    other, c.dx(to), items_apart ? c.scratch(0) : nullptr);
    }
  }
};

}  // namespace ops

namespace detail {

/// f(a, b), broadcast. Errors name `Layer`.
template <class Function, class Layer, class Tag, class A, class B, bool ActiveA, bool ActiveB>
auto broadcast(const var<Tag, A, ActiveA>& a, const var<Tag, B, ActiveB>& b) {
  if constexpr (broadcast_shapes<A, B>::fit) {
    return record(ops::broadcast<Function, A, B>{}, a, b);
  } else {
    refuse_broadcast<Layer>(static_cast<const A*>(nullptr), static_cast<const B*>(nullptr));
    if constexpr (A::rank < B::rank)
      return b;
    else
      return a;
  }
}

}  // namespace detail

}  // namespace vscg

#include <vscg/core/end.hpp>
