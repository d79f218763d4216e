// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/recurrent.hpp>

namespace vscg {

namespace kernels {

/// One step of one direction of one item. `gates` holds x·W_ihᵀ + b_ih + h·W_hhᵀ and receives i, f, g, o.
template <class T>
struct lstm_step {
  recurrent::chains chains;
  std::size_t order;
  std::size_t steps;
  std::size_t hidden;
  const T* b_hh;
  T* gates;
  T* cells;
  T* states;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t at = chains.at(row, order, steps);
    const std::size_t before = order == 0 ? at : chains.at(row, order - 1, steps);
    T* gate = gates + at * 4 * hidden;
    const T* bias = b_hh + chains.direction(row) * 4 * hidden;
    group.each(hidden, [&](auto n) {
      using math::sigmoid;
      using math::tanh;
      using V = typename decltype(n)::value;
      const V i = sigmoid(n.load(gate) + n.load(bias));
      const V f = sigmoid(n.load(gate + hidden) + n.load(bias + hidden));
      const V g = tanh(n.load(gate + 2 * hidden) + n.load(bias + 2 * hidden));
      const V o = sigmoid(n.load(gate + 3 * hidden) + n.load(bias + 3 * hidden));
      const V old = order == 0 ? V(0) : n.load(cells + before * hidden);
      const V cell = f * old + i * g;
      n.store(gate, i);
      n.store(gate + hidden, f);
      n.store(gate + 2 * hidden, g);
      n.store(gate + 3 * hidden, o);
      n.store(cells + at * hidden, cell);
      n.store(states + at * hidden, o * tanh(cell));
    });
  }
};

/// One step back: `gates` receives the gradients before the gates' functions, dh and dc [B, D, H] what flows back in
/// time.
template <class T>
struct lstm_step_back {
  recurrent::chains chains;
  std::size_t order;
  std::size_t steps;
  std::size_t hidden;
  const T* cells;
  const T* dstates;
  T* gates;
  T* dh;
  T* dc;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t at = chains.at(row, order, steps);
    const std::size_t before = order == 0 ? at : chains.at(row, order - 1, steps);
    const std::size_t state = chains.state(row);
    const bool last = order + 1 == steps;
    T* gate = gates + at * 4 * hidden;
    group.each(hidden, [&](auto n) {
      using math::tanh;
      using V = typename decltype(n)::value;
      const V i = n.load(gate);
      const V f = n.load(gate + hidden);
      const V g = n.load(gate + 2 * hidden);
      const V o = n.load(gate + 3 * hidden);
      const V bounded = tanh(n.load(cells + at * hidden));
      const V old = order == 0 ? V(0) : n.load(cells + before * hidden);
      const V from_h =
          last ? n.load(dstates + at * hidden) : n.load(dstates + at * hidden) + n.load(dh + state * hidden);
      const V through_h = from_h * o * (V(1) - bounded * bounded);
      const V from_c = last ? through_h : through_h + n.load(dc + state * hidden);
      n.store(gate, from_c * g * i * (V(1) - i));
      n.store(gate + hidden, from_c * old * f * (V(1) - f));
      n.store(gate + 2 * hidden, from_c * i * (V(1) - g * g));
      n.store(gate + 3 * hidden, from_h * bounded * o * (V(1) - o));
      n.store(dc + state * hidden, from_c * f);
    });
  }
};

}  // namespace kernels

namespace ops {

/// Bidirectional LSTM from zero states; gate order i, f, g, o as PyTorch:
///
///   i, f, o = sigmoid(W x + b + U h + b'),  g = tanh(W x + b + U h + b'),  c = f c + i g,  h = o tanh(c).
///
/// Operands: x [B, T, In], W_ih [2, 4H, In], W_hh [2, 4H, H], b_ih [2, 4H], b_hh [2, 4H].
template <int T, int In, int H>
struct lstm : recurrent::operation<T, In, 4, H> {
  static constexpr const char* name = "lstm";
  static constexpr std::uint32_t pullback_reads_operands = 0b111;
  static constexpr bool pullback_reads_result = true;
  static constexpr double flops_per_item = 2.0 * T * 8 * H * (In + H);
  /// Gates, cells.
  static constexpr std::array<slot_size, 2> saved() { return {slot_size{T * 8 * H, 0, 0}, slot_size{T * 2 * H, 0, 0}}; }
  /// Previous states, dh, dc.
  static constexpr std::array<slot_size, 4> pullback_scratch() {
    return {slot_size{T * 2 * H, 0, 0}, slot_size{2 * H, 0, 0}, slot_size{2 * H, 0, 0},
            column_sums_scratch(T, 4 * 2 * H)};
  }

  template <class C>
  void forward(const C& c) const {
    using S = typename C::scalar;
    const recurrent::sizes sizes = lstm::sizes_of(c.items());
    const auto packed = recurrent::packed_of(c);
    S* gates = c.saved(0);
    detail::linear_forward<typename C::executor, S>(c.backend(), sizes.rows(), In, sizes.both(), c.template x<0>(),
                                                    c.template x<1>(), packed.input, c.template x<3>(),
                                                    activation::none, gates);
    recurrent::for_chains(c.backend(), c.items(), [&](typename C::executor& one, const recurrent::chains& chains) {
      for (std::size_t order = 0; order < T; ++order) {
        recurrent::hidden_product<typename C::executor, S>(one, sizes, chains, order, c.y(), nullptr, c.template x<2>(),
                                                           packed.hidden, nullptr, gates, T, true);
        one.rows(chains.count, 40 * H,
                 kernels::lstm_step<S>{chains, order, T, H, c.template x<4>(), gates, c.saved(1), c.y()});
      }
    });
  }

  template <class C>
  void pullback(const C& c) const {
    using S = typename C::scalar;
    const recurrent::sizes sizes = lstm::sizes_of(c.items());
    const auto packed = recurrent::packed_of(c);
    S* gates = c.saved(0);
    S* previous = c.scratch(0);
    S* dh = c.scratch(1);
    recurrent::for_chains(c.backend(), c.items(), [&](typename C::executor& one, const recurrent::chains& chains) {
      for (std::size_t order = T; order-- > 0;) {
        one.rows(chains.count, 30 * H,
                 kernels::lstm_step_back<S>{chains, order, T, H, c.saved(1), c.dy(), gates, dh, c.scratch(2)});
        if (order == 0) break;
        recurrent::hidden_gradient<typename C::executor, S>(one, sizes, chains, order, gates, c.template x<2>(),
                                                            packed.hidden_back, dh, false);
      }
    });
    if constexpr (C::template can_want<0>) {
      if (c.template wants<0>()) {
        detail::linear_input_gradient<typename C::executor, S>(c.backend(), sizes.rows(), In, sizes.both(), gates,
                                                               c.template x<1>(), packed.input_back,
                                                               c.template dx<0>());
      }
    }
    if constexpr (C::template can_want<1>) {
      c.backend().rows(sizes.rows() * recurrent::directions, H,
                       recurrent::gather_previous<S>{T, H, c.y(), nullptr, previous});
      const S* dgates = gates;
      detail::linear_weight_gradient(c.backend(), sizes.rows(), In, sizes.both(), dgates, c.template x<0>(),
                                     c.template dx<1>());
      recurrent::hidden_weight_gradient(c.backend(), sizes, dgates, static_cast<const S*>(previous),
                                        c.template dx<2>());
      recurrent::bias_gradient(c.backend(), sizes, gates, c.scratch(3), c.template dx<3>());
      recurrent::bias_gradient(c.backend(), sizes, gates, c.scratch(3), c.template dx<4>());
    }
  }
};

}  // namespace ops

/// PyTorch's nn.LSTM(In, H, batch_first=True, bidirectional=True) on x [B, T, In], from zero states: [B, T, 2 H].
template <class Tag, int T, int In, bool Active, int WeightIn, int GH, int H, bool L>
auto lstm(const var<Tag, shape<dyn, T, In>, Active>& x, const var<Tag, shape<2, GH, WeightIn>, L>& w_ih,
          const var<Tag, shape<2, GH, H>, L>& w_hh, const var<Tag, shape<2, GH>, L>& b_ih,
          const var<Tag, shape<2, GH>, L>& b_hh) {
  static_assert(GH == 4 * H, "vscg::lstm: four gates of H units");
  return record(ops::lstm<T, WeightIn, H>{}, x, w_ih, w_hh, b_ih, b_hh);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
