// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <vscg/core/math.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/recurrent.hpp>

namespace vscg {

namespace kernels {

/// One step of one direction of one item. `gates` holds x·W_ihᵀ + b_ih and receives r, z, n; `hidden_part` holds
/// h·W_hhᵀ + b_hh [B, D, 3H], of which the part of n is kept in `candidates`.
template <class T>
struct gru_step {
  recurrent::chains chains;
  std::size_t order;
  std::size_t steps;
  std::size_t hidden;
  const T* b_hh;
  const T* hidden_part;
  const T* initial;  // [B, D, H] or null: zeros
  T* gates;
  T* candidates;
  T* states;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t at = chains.at(row, order, steps);
    const std::size_t state = chains.state(row);
    const bool from_zero = order == 0 && initial == nullptr;
    const T* part = from_zero ? b_hh + chains.direction(row) * 3 * hidden : hidden_part + state * 3 * hidden;
    const T* before = nullptr;
    if (order > 0)
      before = states + chains.at(row, order - 1, steps) * hidden;
    else if (!from_zero)
      before = initial + state * hidden;
    T* gate = gates + at * 3 * hidden;
    group.each(hidden, [&](auto i) {
      using math::sigmoid;
      using math::tanh;
      using V = typename decltype(i)::value;
      const V r = sigmoid(i.load(gate) + i.load(part));
      const V z = sigmoid(i.load(gate + hidden) + i.load(part + hidden));
      const V candidate = i.load(part + 2 * hidden);
      const V n = tanh(i.load(gate + 2 * hidden) + r * candidate);
      const V old = from_zero ? V(0) : i.load(before);
      i.store(gate, r);
      i.store(gate + hidden, z);
      i.store(gate + 2 * hidden, n);
      i.store(candidates + at * hidden, candidate);
      i.store(states + at * hidden, (V(1) - z) * n + z * old);
    });
  }
};

/// One step back: `gates` receives the gradients of the input part, `dhidden` [B, T, D, 3H] those of the hidden part,
/// dh [B, D, H] what flows back in time without passing the gates.
template <class T>
struct gru_step_back {
  recurrent::chains chains;
  std::size_t order;
  std::size_t steps;
  std::size_t hidden;
  const T* candidates;
  const T* previous;
  const T* dstates;
  T* gates;
  T* dhidden;
  T* dh;
  template <class Group>
  VSCG_HD void operator()(Group group, std::size_t row) const {
    const std::size_t at = chains.at(row, order, steps);
    T* const back_in_time = dh + chains.state(row) * hidden;
    const bool last = order + 1 == steps;
    T* gate = gates + at * 3 * hidden;
    T* back = dhidden + at * 3 * hidden;
    group.each(hidden, [&](auto i) {
      using V = typename decltype(i)::value;
      const V r = i.load(gate);
      const V z = i.load(gate + hidden);
      const V n = i.load(gate + 2 * hidden);
      const V from_h = last ? i.load(dstates + at * hidden) : i.load(dstates + at * hidden) + i.load(back_in_time);
      const V dn = from_h * (V(1) - z) * (V(1) - n * n);
      const V dz = from_h * (i.load(previous + at * hidden) - n) * z * (V(1) - z);
      const V dr = dn * i.load(candidates + at * hidden) * r * (V(1) - r);
      i.store(gate, dr);
      i.store(gate + hidden, dz);
      i.store(gate + 2 * hidden, dn);
      i.store(back, dr);
      i.store(back + hidden, dz);
      i.store(back + 2 * hidden, dn * r);
      i.store(back_in_time, from_h * z);
    });
  }
};

}  // namespace kernels

namespace ops {

/// Bidirectional GRU; gate order r, z, n as PyTorch:
///
///   r, z = sigmoid(W x + b + U h + b'),  n = tanh(W x + b + r (U h + b')),  h = (1 - z) n + z h     (paper eq. 4-7).
///
/// Operands: x [B, T, In], W_ih [2, 3H, In], W_hh [2, 3H, H], b_ih [2, 3H], b_hh [2, 3H] and, where `Initial`, the
/// states that both directions start from, [B, 2, H]; zeros otherwise.
template <int T, int In, int H, bool Initial>
struct gru : recurrent::operation<T, In, 3, H> {
  static constexpr const char* name = "gru";
  static constexpr std::uint32_t pullback_reads_operands = Initial ? 0b100111U : 0b111U;
  static constexpr bool pullback_reads_result = true;
  static constexpr double flops_per_item = 2.0 * T * 6 * H * (In + H);
  /// Gates, hidden parts of n.
  static constexpr std::array<slot_size, 2> saved() { return {slot_size{T * 6 * H, 0, 0}, slot_size{T * 2 * H, 0, 0}}; }
  /// The hidden part of one step.
  static constexpr std::array<slot_size, 1> forward_scratch() { return {slot_size{6 * H, 0, 0}}; }
  /// Previous states, dh, gradients of the hidden parts.
  static constexpr std::array<slot_size, 4> pullback_scratch() {
    return {slot_size{T * 2 * H, 0, 0}, slot_size{2 * H, 0, 0}, slot_size{T * 6 * H, 0, 0},
            column_sums_scratch(T, 3 * 2 * H)};
  }

  template <class C>
  void forward(const C& c) const {
    using S = typename C::scalar;
    const recurrent::sizes sizes = gru::sizes_of(c.items());
    const auto packed = recurrent::packed_of(c);
    S* gates = c.saved(0);
    S* part = c.scratch(0);
    detail::linear_forward<typename C::executor, S>(c.backend(), sizes.rows(), In, sizes.both(), c.template x<0>(),
                                                    c.template x<1>(), packed.input, c.template x<3>(),
                                                    activation::none, gates);
    recurrent::for_chains(c.backend(), c.items(), [&](typename C::executor& one, const recurrent::chains& chains) {
      for (std::size_t order = 0; order < T; ++order) {
        recurrent::hidden_product<typename C::executor, S>(one, sizes, chains, order, c.y(), initial(c),
                                                           c.template x<2>(), packed.hidden, c.template x<4>(), part, 1,
                                                           false);
        one.rows(
            chains.count, 30 * H,
            kernels::gru_step<S>{chains, order, T, H, c.template x<4>(), part, initial(c), gates, c.saved(1), c.y()});
      }
    });
  }

  template <class C>
  void pullback(const C& c) const {
    using S = typename C::scalar;
    const recurrent::sizes sizes = gru::sizes_of(c.items());
    const auto packed = recurrent::packed_of(c);
    S* gates = c.saved(0);
    S* previous = c.scratch(0);
    S* dh = c.scratch(1);
    S* dhidden = c.scratch(2);
    c.backend().rows(sizes.rows() * recurrent::directions, H,
                     recurrent::gather_previous<S>{T, H, c.y(), initial(c), previous});
    recurrent::for_chains(c.backend(), c.items(), [&](typename C::executor& one, const recurrent::chains& chains) {
      for (std::size_t order = T; order-- > 0;) {
        one.rows(chains.count, 30 * H,
                 kernels::gru_step_back<S>{chains, order, T, H, c.saved(1), previous, c.dy(), gates, dhidden, dh});
        if (order == 0 && !wants_initial(c)) break;
        recurrent::hidden_gradient<typename C::executor, S>(one, sizes, chains, order, dhidden, c.template x<2>(),
                                                            packed.hidden_back, dh, true);
      }
    });
    if constexpr (Initial) {
      if constexpr (C::template can_want<5>) {
        if (wants_initial(c)) {
          c.backend().each(c.items() * recurrent::directions * H, 1, kernels::copy_gradient<S>{dh, c.template dx<5>()});
        }
      }
    }
    if constexpr (C::template can_want<0>) {
      if (c.template wants<0>()) {
        detail::linear_input_gradient<typename C::executor, S>(c.backend(), sizes.rows(), In, sizes.both(), gates,
                                                               c.template x<1>(), packed.input_back,
                                                               c.template dx<0>());
      }
    }
    if constexpr (C::template can_want<1>) {
      const S* dgates = gates;
      const S* back = dhidden;
      detail::linear_weight_gradient(c.backend(), sizes.rows(), In, sizes.both(), dgates, c.template x<0>(),
                                     c.template dx<1>());
      recurrent::hidden_weight_gradient(c.backend(), sizes, back, static_cast<const S*>(previous), c.template dx<2>());
      recurrent::bias_gradient(c.backend(), sizes, gates, c.scratch(3), c.template dx<3>());
      recurrent::bias_gradient(c.backend(), sizes, dhidden, c.scratch(3), c.template dx<4>());
    }
  }

 private:
  template <class C>
  static const typename C::scalar* initial(const C& c) {
    if constexpr (Initial)
      return c.template x<5>();
    else
      return nullptr;
  }
  template <class C>
  static bool wants_initial(const C& c) {
    if constexpr (Initial)
      return c.template wants<5>();
    else
      return false;
  }
};

}  // namespace ops

/// PyTorch's nn.GRU(In, H, batch_first=True, bidirectional=True) on x [B, T, In], from zero states: [B, T, 2 H].
template <class Tag, int T, int In, bool Active, int WeightIn, int GH, int H, bool L>
auto gru(const var<Tag, shape<dyn, T, In>, Active>& x, const var<Tag, shape<2, GH, WeightIn>, L>& w_ih,
         const var<Tag, shape<2, GH, H>, L>& w_hh, const var<Tag, shape<2, GH>, L>& b_ih,
         const var<Tag, shape<2, GH>, L>& b_hh) {
  static_assert(GH == 3 * H, "vscg::gru: three gates of H units");
  return record(ops::gru<T, WeightIn, H, false>{}, x, w_ih, w_hh, b_ih, b_hh);
}

/// The same from given states [B, 2, H] (PyTorch's h_0 with the batch first).
template <class Tag, int T, int In, bool Active, int WeightIn, int GH, int H, bool L, bool ActiveState>
auto gru(const var<Tag, shape<dyn, T, In>, Active>& x, const var<Tag, shape<2, GH, WeightIn>, L>& w_ih,
         const var<Tag, shape<2, GH, H>, L>& w_hh, const var<Tag, shape<2, GH>, L>& b_ih,
         const var<Tag, shape<2, GH>, L>& b_hh, const var<Tag, shape<dyn, 2, H>, ActiveState>& initial) {
  static_assert(GH == 3 * H, "vscg::gru: three gates of H units");
  return record(ops::gru<T, WeightIn, H, true>{}, x, w_ih, w_hh, b_ih, b_hh, initial);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
