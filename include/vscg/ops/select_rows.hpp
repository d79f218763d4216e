// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

namespace kernels {

/// y[m, k] = x[m, first + k step], one row per call.
template <class T>
struct select_rows_forward {
  std::size_t rows;  // per matrix
  std::size_t selected;
  std::size_t channels;
  std::ptrdiff_t first;
  std::ptrdiff_t step;
  const T* x;
  T* y;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t k = row % selected;
    const auto from = static_cast<std::size_t>(first + static_cast<std::ptrdiff_t>(k) * step);
    const T* const source = x + (row / selected * rows + from) * channels;
    group.each(channels, [&](auto i) { i.store(y + row * channels, i.load(source)); });
  }
};

/// dx[m, row] is dy of that row if it was selected, else 0.
template <class T>
struct select_rows_pullback {
  std::size_t rows;
  std::size_t selected;
  std::size_t channels;
  std::ptrdiff_t first;
  std::ptrdiff_t step;
  const T* dy;
  gradient<T> dx;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::ptrdiff_t distance = static_cast<std::ptrdiff_t>(row % rows) - first;
    const std::ptrdiff_t k = distance / step;
    const bool is_selected = k * step == distance && k >= 0 && k < static_cast<std::ptrdiff_t>(selected);
    const T* const source = dy + (row / rows * selected + (is_selected ? static_cast<std::size_t>(k) : 0)) * channels;
    const gradient<T> to{dx.data + row * channels, dx.adds};
    group.each(channels, [&](auto i) {
      using V = typename decltype(i)::value;
      to.store(i, is_selected ? i.load(source) : V(0));
    });
  }
};

}  // namespace kernels

namespace ops {

/// y[k] = x[first + k step] of each matrix, k < Selected; dx = dy there, else 0. `step` may be negative but not 0.
template <class Shape, int Selected>
struct select_rows : operation<with_extent<Shape, -2, Selected>> {
  static constexpr const char* name = "select_rows";
  void settings(setting_list& to) const {
    to.add("first", static_cast<double>(first)).add("step", static_cast<double>(step));
  }
  static constexpr auto rows = static_cast<std::size_t>(extent<Shape, -2>);
  static constexpr std::size_t selected = std::size_t{Selected};
  static constexpr std::size_t matrices = rows_of<Shape> / rows;  // of one item
  static constexpr std::size_t channels = static_cast<std::size_t>(extent<Shape, -1>);
  std::ptrdiff_t first = 0;
  std::ptrdiff_t step = 1;

  template <class C>
  void forward(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(matrices * selected * c.items(), channels,
                     kernels::select_rows_forward<T>{rows, selected, channels, first, step, c.x(), c.y()});
  }
  template <class C>
  void pullback(const C& c) const {
    using T = typename C::scalar;
    c.backend().rows(rows_of<Shape> * c.items(), channels,
                     kernels::select_rows_pullback<T>{rows, selected, channels, first, step, c.dy(), c.dx()});
  }
};

}  // namespace ops

struct select_rows_function;
struct last_states_function;

/// [B, ..., N, C] to [B, ..., Count, C]: rows First, First + Step, … of each matrix (PyTorch's
/// x[..., First::Step, :][..., :Count, :]; `Step` may be negative here).
template <int First, int Count, int Step = 1, Var X>
auto select_rows(const X& given) {
  const auto x = expect_batch<select_rows_function, 3>(given);
  using Shape = shape_of<decltype(x)>;
  constexpr int rows = extent<Shape, -2>;
  constexpr int last = First + (Count - 1) * Step;
  constexpr bool right = Count > 0 && Step != 0 && First >= 0 && First < rows && last >= 0 && last < rows;
  constexpr bool refused = !std::is_same_v<Shape, shape_of<X>>;
  require<refused || right, select_rows_function, expects<0, number::to, rows - 1>, gets<First, number::to, last>>();
  ops::select_rows<Shape, right ? Count : 1> operation;
  operation.first = right ? First : 0;
  operation.step = Step;
  return record(operation, x);
}
VSCG_OPERANDS_WITH_NUMBERS(select_rows, 1, 1)

/// The last states of a recurrent layer, [B, ..., D, H], from its result [B, ..., T, D H]. The backward direction ends
/// at the first step, so its last state is taken from there (PyTorch's h_n with the batch first).
template <int Directions = 1, Var X>
auto last_states(const X& given) {
  require<Directions == 1 || Directions == 2, last_states_function, expects<1, number::to, 2>, gets<Directions>>();
  const auto states = expect_batch<last_states_function, 3>(given);
  using Shape = shape_of<decltype(states)>;
  constexpr int steps = extent<Shape, -2>;
  if constexpr (Directions == 2) {
    constexpr int last = 2 * (steps - 1);
    // Each step becomes two rows, one for each direction.
    using rows = with_extent<with_channels<Shape, extent<Shape, -1> / 2>, -2, 2 * steps>;
    return select_rows<last, 2, 1 - last>(detail::view_as<rows>(states));
  } else {
    return select_rows<steps - 1, 1>(states);
  }
}
VSCG_OPERANDS_WITH_NUMBERS(last_states, 1, 1)

}  // namespace vscg

#include <vscg/core/end.hpp>
