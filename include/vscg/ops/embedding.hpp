// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

namespace kernels {

/// y[row] = table[index[row]]. An index outside the table gives NaN, so that a step is refused.
template <class T>
struct embedding_forward {
  std::size_t count;
  std::size_t channels;
  const std::int32_t* index;
  const T* table;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const bool inside = index[row] >= 0 && static_cast<std::size_t>(index[row]) < count;
    const T* const from = table + (inside ? static_cast<std::size_t>(index[row]) : 0) * channels;
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      c.store(y + row * channels, inside ? c.load(from) : V(math::not_a_number<T>));
    });
  }
};

/// A list of rows for each index: they begin with row first[index] - 1, and next[row] - 1 follows a row; 0 ends a list.
template <class T>
struct link_rows_by_index {
  std::size_t count;
  std::size_t rows;
  const std::int32_t* index;
  std::int32_t* first;
  std::int32_t* next;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t) const {
    group.integers(1, [&](std::size_t) {
      for (std::size_t k = 0; k < count; ++k) first[k] = 0;
      for (std::size_t row = rows; row-- > 0;) {
        if (index[row] < 0 || static_cast<std::size_t>(index[row]) >= count) continue;
        next[row] = first[index[row]];
        first[index[row]] = static_cast<std::int32_t>(row + 1);
      }
    });
  }
};

/// dtable[k] = Σ dy[row] over the rows with index k, in their order.
template <class T>
struct embedding_pullback {
  std::size_t channels;
  const std::int32_t* first;
  const std::int32_t* next;
  const T* dy;
  gradient<T> dtable;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t k) const {
    if (dtable.adds && first[k] == 0) return;
    const gradient<T> to{dtable.data + k * channels, dtable.adds};
    group.each(channels, [&](auto c) {
      using V = typename decltype(c)::value;
      V total(0);
      for (std::int32_t row = first[k]; row > 0; row = next[row - 1]) {
        total = total + c.load(dy + static_cast<std::size_t>(row - 1) * channels);
      }
      to.store(c, total);
    });
  }
};

}  // namespace kernels

namespace detail {
/// The shape of an array of indices with a vector of `Channels` numbers in the place of each.
template <class Indices, int Channels, std::size_t... I>
auto with_vectors(std::index_sequence<I...>) -> shape<Indices::extents[I]..., Channels>;
}  // namespace detail

namespace ops {

/// y[row] = table[index[row]]; dtable[k] = Σ dy[row] over the rows with index k. The sum takes the rows in order, so
/// its bits do not depend on threads.
template <class Indices, int Count, int Channels>
struct embedding
    : operation<decltype(detail::with_vectors<Indices, Channels>(std::make_index_sequence<Indices::rank>{}))> {
  static constexpr const char* name = "embedding";
  static constexpr bool takes_indices = true;
  static constexpr operand_index<0> index{};
  static constexpr operand_index<1> table{};
  static constexpr std::uint32_t pullback_reads_operands = operand_set(index);
  static constexpr std::size_t rows = Indices::elements;  // of one item
  /// Where each index's rows begin, and which row follows each row.
  static constexpr std::array<slot_size, 2> pullback_scratch() {
    return {slot_size{0, std::size_t{Count}, 0}, slot_size{rows, 0, 0}};
  }

  template <class C>
  void forward(const C& c) const {
    c.backend().rows(rows * c.items(), Channels,
                     kernels::embedding_forward<typename C::scalar>{std::size_t{Count}, std::size_t{Channels},
                                                                    c.indices(index), c.x(table), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    auto* const first = reinterpret_cast<std::int32_t*>(c.scratch(0));
    auto* const next = reinterpret_cast<std::int32_t*>(c.scratch(1));
    const std::size_t all = rows * c.items();
    c.backend().rows(1, Count + all,
                     kernels::link_rows_by_index<T>{std::size_t{Count}, all, c.indices(index), first, next});
    c.backend().rows(std::size_t{Count}, Channels * (1 + all / Count),
                     kernels::embedding_pullback<T>{std::size_t{Channels}, first, next, c.dy(), c.dx(table)});
  }
};

}  // namespace ops

/// Rows of a table [Count, C] by their indices: [B, ...] to [B, ..., C] (PyTorch's F.embedding). Sessions and trainers
/// refuse a batch with an index outside the table: "input 0, item 3: expected an index from 0 to 9, found 10". (Data in
/// `resident_arrays` are not looked at: there such an index gives NaN, which makes a trainer refuse the step.)
template <class Layer = struct embedding_function, class Tag, class Given, bool Active, class Table, bool Learns>
auto embedding(const var<Tag, Given, Active>& given, const var<Tag, Table, Learns>& given_table) {
  const auto table = expect_shape<Layer, shape<any_extent, any_extent>>(given_table);
  using matrix = shape_of<decltype(table)>;
  require<Given::of_indices, Layer, expects<number::of_indices>, gets<number::of_numbers>>();
  require<Given::per_item, Layer, expects<axis::batch>, gets<axis::no_batch>>();
  using Indices = std::conditional_t<Given::of_indices && Given::per_item, Given, indices<dyn>>;
  given.trace->limit_indices(given.id, extent<matrix, 0>);
  return record(ops::embedding<Indices, extent<matrix, 0>, extent<matrix, 1>>{},
                var<Tag, Indices, false>{given.trace, given.id}, table);
}
VSCG_OPERANDS_OF(embedding, 2, 2)

}  // namespace vscg

#include <vscg/core/end.hpp>
