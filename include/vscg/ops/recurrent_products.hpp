// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/backend/gemm_arguments.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/record.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/column_sums.hpp>
#include <vscg/ops/linear.hpp>

// Everything in a recurrence except the cell: where its arrays lie, and its products.
//
// Letters: B items, T steps, D directions (1 or 2), G gates, H hidden units. Arrays of gates are [B, T, D, G H], of
// states [B, T, D, H]: the layer's result [B, T, D H] is the array of its states. Direction 0 reads forward in time,
// direction 1 backward; `order` counts steps as a direction meets them. A chain is one direction of one item: chain
// d B + i. Chains are independent until their gradients meet in the weights' gradients.

namespace vscg::recurrent {

struct sizes {
  std::size_t items;
  std::size_t steps;
  std::size_t inputs;
  std::size_t gates;
  std::size_t hidden;
  std::size_t directions;
  constexpr std::size_t gate_row() const { return gates * hidden; }
  constexpr std::size_t gate_columns() const { return directions * gate_row(); }
  constexpr std::size_t rows() const { return items * steps; }
};

/// The time step that a direction reaches at its `order`-th step.
VSCG_HD inline std::size_t time_of(std::size_t direction, std::size_t order, std::size_t steps) {
  return direction == 0 ? order : steps - 1 - order;
}

/// Chains [first, first + count) of a layer.
struct chains {
  std::size_t items;       // B
  std::size_t directions;  // D
  std::size_t first;
  std::size_t count;

  VSCG_HD std::size_t item(std::size_t row) const { return (first + row) % items; }
  VSCG_HD std::size_t direction(std::size_t row) const { return (first + row) / items; }
  /// The chain's row of an array [B, D, ...].
  VSCG_HD std::size_t state(std::size_t row) const { return item(row) * directions + direction(row); }
  /// The chain's row of an array [B, T, D, ...] at its `order`-th step.
  VSCG_HD std::size_t at(std::size_t row, std::size_t order, std::size_t steps) const {
    const std::size_t d = direction(row);
    return (item(row) * steps + time_of(d, order, steps)) * directions + d;
  }

  /// f(d, item, items) for each direction that these chains run in; its items are [item, item + items).
  template <class F>
  void by_direction(const F& f) const {
    for (std::size_t d = 0; d < directions; ++d) {
      const std::size_t begin = std::max(first, d * items);
      const std::size_t end = std::min(first + count, (d + 1) * items);
      if (begin < end) f(d, begin - d * items, end - begin);
    }
  }
};

/// f(backend, chains) for parts of a layer's chains, in parallel if the backend has several workers.
template <class Executor, class F>
void for_chains(Executor& backend, const sizes& s, const F& f) {
  backend.independent_ranges(s.directions * s.items, [&](Executor& one, std::size_t begin, std::size_t end) {
    f(one, chains{s.items, s.directions, begin, end - begin});
  });
}

/// What flows back through the steps.
template <class T>
struct flows {
  T* dgates;
  T* dhidden;  // of the gates' hidden parts; null if they are the gates' gradients
  T* dh;       // [B, D, H]: back in time through the products
  T* carried;  // [B, D, H]: back in time outside them
  T* back() const { return dhidden == nullptr ? dgates : dhidden; }
};

/// W_ih and W_hh of all directions as the backend packs them: for the products of a run, and for those of its gradient.
template <class T>
struct packed_weights {
  T* input = nullptr;
  T* hidden = nullptr;
  T* input_back = nullptr;
  T* hidden_back = nullptr;
};

/// Their sizes, in this order; the gradient's only if the layer's input or its states take one.
template <class Executor>
constexpr std::array<slot_size, 4> packed_sizes(const sizes& s, bool input_back, bool hidden_back) {
  const std::size_t row = s.gate_row();
  return {slot_size{0, Executor::packed_elements(s.gate_columns(), s.inputs), 0},
          slot_size{0, s.directions * Executor::packed_elements(row, s.hidden), 0},
          slot_size{0, input_back ? Executor::packed_elements(s.inputs, s.gate_columns()) : 0, 0},
          slot_size{0, hidden_back ? s.directions * Executor::packed_elements(s.hidden, row) : 0, 0}};
}

template <class C>
packed_weights<typename C::scalar> packed_of(const C& c) {
  return {c.prepared(0), c.prepared(1), c.prepared(2), c.prepared(3)};
}

template <class Executor, class T>
VSCG_NOINLINE void pack_weights(Executor& backend, const sizes& s, const T* w_ih, const T* w_hh,
                                const packed_weights<T>& to) {
  const std::size_t row = s.gate_row();
  const auto of = [](T* packed, std::size_t offset) { return packed == nullptr ? nullptr : packed + offset; };
  detail::linear_prepare(backend, s.inputs, s.gate_columns(), w_ih, detail::packed_weight<T>{to.input, to.input_back});
  for (std::size_t d = 0; d < s.directions; ++d) {
    detail::linear_prepare(backend, s.hidden, row, w_hh + d * row * s.hidden,
                           detail::packed_weight<T>{of(to.hidden, d * Executor::packed_elements(row, s.hidden)),
                                                    of(to.hidden_back, d * Executor::packed_elements(s.hidden, row))});
  }
}

// The products with W_ih are a linear map's, with the gates of all directions as channels: `rows()` rows, `inputs` in,
// `gate_columns()` out.

/// to (+)= h·W_hhᵀ (+ b_hh) for some chains. h is the state one step back, or the initial state [B, D, H]; if there is
/// neither, nothing is written. `to` is [B, to_steps, D, G H]: all steps, or one that is reused.
template <class Executor, class T>
VSCG_NOINLINE void hidden_product(Executor& backend, const sizes& s, const chains& of, std::size_t order,
                                  const T* states, const T* initial, const T* w_hh, const T* packed, const T* b_hh,
                                  T* to, std::size_t to_steps, bool accumulate) {
  if (order == 0 && initial == nullptr) return;
  of.by_direction([&](std::size_t d, std::size_t item, std::size_t items) {
    gemm_arguments<T> p;
    p.trans_b = true;
    p.m = items;
    p.n = s.gate_row();
    p.k = s.hidden;
    if (order == 0) {
      p.a = initial + d * s.hidden;
      p.lda = s.directions * s.hidden;
    } else {
      p.a = states + (time_of(d, order - 1, s.steps) * s.directions + d) * s.hidden;
      p.lda = s.steps * s.directions * s.hidden;
    }
    p.a += item * p.lda;
    p.b = w_hh + d * s.gate_row() * s.hidden;
    p.ldb = s.hidden;
    p.ldc = to_steps * s.gate_columns();
    p.c = to + (to_steps == 1 ? 0 : time_of(d, order, s.steps)) * s.gate_columns() + d * s.gate_row() + item * p.ldc;
    p.bias = b_hh == nullptr ? nullptr : b_hh + d * s.gate_row();
    p.accumulate = accumulate;
    if (packed != nullptr) p.packed_b = packed + d * Executor::packed_elements(p.n, p.k);
    backend.gemm(p);
  });
}

/// dh (+)= dgates·W_hh for some chains at one step; dh is [B, D, H].
template <class Executor, class T>
VSCG_NOINLINE void hidden_gradient(Executor& backend, const sizes& s, const chains& of, std::size_t order,
                                   const T* dgates, const T* w_hh, const T* packed, T* dh, bool accumulate) {
  of.by_direction([&](std::size_t d, std::size_t item, std::size_t items) {
    gemm_arguments<T> p;
    p.m = items;
    p.n = s.hidden;
    p.k = s.gate_row();
    p.lda = s.steps * s.gate_columns();
    p.a = dgates + (time_of(d, order, s.steps) * s.directions + d) * s.gate_row() + item * p.lda;
    p.b = w_hh + d * s.gate_row() * s.hidden;
    p.ldb = s.hidden;
    p.ldc = s.directions * s.hidden;
    p.c = dh + d * s.hidden + item * p.ldc;
    p.accumulate = accumulate;
    if (packed != nullptr) p.packed_b = packed + d * Executor::packed_elements(p.n, p.k);
    backend.gemm(p);
  });
}

/// previous[b, t, d] = the state that step t of direction d started from: [B, T, D, H].
template <class T>
struct gather_previous {
  std::size_t steps;
  std::size_t directions;
  std::size_t hidden;
  const T* states;
  const T* initial;  // [B, D, H] or null: zeros
  T* previous;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t direction = row % directions;
    const std::size_t t = row / directions % steps;
    const std::size_t item = row / directions / steps;
    const bool first = t == time_of(direction, 0, steps);
    const bool zero = first && initial == nullptr;
    const T* from = nullptr;
    if (!first) {
      const std::size_t before = direction == 0 ? t - 1 : t + 1;
      from = states + ((item * steps + before) * directions + direction) * hidden;
    } else if (!zero) {
      from = initial + (item * directions + direction) * hidden;
    }
    group.each(hidden, [&](auto i) {
      using V = typename decltype(i)::value;
      i.store(previous + row * hidden, zero ? V(0) : i.load(from));
    });
  }
};

/// dW_hh (+)= dgatesᵀ·previous, direction by direction.
template <class Executor, class T>
VSCG_NOINLINE void hidden_weight_gradient(Executor& backend, const sizes& s, const T* dgates, const T* previous,
                                          gradient<T> dw) {
  gemm_arguments<T> p;
  p.trans_a = true;
  p.m = s.gate_row();
  p.n = s.hidden;
  p.k = s.rows();
  p.a = dgates;
  p.lda = s.gate_columns();
  p.b = previous;
  p.ldb = s.directions * s.hidden;
  p.c = dw.data;
  p.ldc = s.hidden;
  p.accumulate = dw.adds;
  p.batch = s.directions;
  p.stride_a = s.gate_row();
  p.stride_b = s.hidden;
  p.stride_c = s.gate_row() * s.hidden;
  backend.gemm(p);
}

/// db_ih (+)= Σ_{b,t} dgates and db_hh (+)= Σ_{b,t} of the hidden parts' gradients, for all directions at once.
template <class Executor, class T>
void bias_gradients(Executor& backend, const sizes& s, const flows<T>& from, T* scratch, gradient<T> db_ih,
                    gradient<T> db_hh) {
  const std::size_t columns = s.gate_columns();
  const auto sums = [&](T* slopes) {
    return column_sums_of_blocks<identity_function, Executor, T>(backend, slopes, nullptr, s.rows(), columns, scratch);
  };
  const auto of_gates = sums(from.dgates);
  add_blocks(backend, columns, of_gates, db_ih);
  add_blocks(backend, columns, from.dhidden == nullptr ? of_gates : sums(from.dhidden), db_hh);
}

}  // namespace vscg::recurrent

#include <vscg/core/end.hpp>
