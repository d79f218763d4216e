// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <vscg/core/guard.hpp>
#include <vscg/core/record.hpp>
#include <vscg/ops/axis_walk.hpp>
#include <vscg/ops/broadcast.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/permuted_copy.hpp>
#include <vscg/ops/recurrent.hpp>

// A recurrence whose sequences share a part of their input.

namespace vscg {

namespace ops {

/// A layer of a cell over an item's sequences, each of which reads concat(x, shared). With W_ih = [W_x, W_s], the
/// gates' inputs are x·W_xᵀ + (shared·W_sᵀ + b_ih), and the second product is the same for all of an item's sequences.
///
/// Operands: those of `recurrence` with x [B, Each..., T, In] and W_ih [D, G H, In + K], then shared [B, T, K].
template <class Cell, int T, int In, int K, int H, int D, int... Each>
struct recurrence_with_shared : recurrence<Cell, T, In + K, H, D, false, false, Each...> {
  using plain = recurrence<Cell, T, In + K, H, D, false, false, Each...>;
  static constexpr const char* name = Cell::name_with_shared;
  void settings(setting_list& to) const {
    plain::settings(to);
    to.add("shared", K);
  }
  using plain::bias_ih;
  using plain::input;
  using plain::weight_ih;
  static constexpr operand_index<5> shared{};
  static constexpr int operands = 6;
  static constexpr std::uint32_t pullback_reads_operands = plain::pullback_reads_operands | operand_set(shared);
  static constexpr std::size_t columns = plain::gates * D * H;  // of gates
  static constexpr std::size_t row = std::size_t{In} + K;       // of W_ih
  static constexpr double flops_per_item = 2.0 * T * columns * (plain::sequences * (In + H) + K);

  template <class Executor>
  static constexpr std::array<slot_size, 6> prepared(std::uint32_t active) {
    const auto of = plain::template prepared<Executor>(active);
    const auto own = detail::packed_weight_sizes<Executor>(In, columns, (active & 1U) != 0);
    const auto others = detail::packed_weight_sizes<Executor>(K, columns, ((active >> 5U) & 1U) != 0);
    return {own[0], of[1], own[1], of[3], others[0], others[1]};
  }
  /// After those of the plain one: what the shared part adds to the gates of each step.
  static constexpr std::array<slot_size, 2> forward_scratch() {
    return {plain::forward_scratch()[0], slot_size{T * columns, 0, 0}};
  }
  /// Likewise: the gradient of that.
  static constexpr std::array<slot_size, 6> pullback_scratch() {
    const auto of = plain::pullback_scratch();
    return {of[0], of[1], of[2], of[3], of[4], slot_size{T * columns, 0, 0}};
  }

  template <class C>
  void prepare(const C& c) const {
    using S = typename C::scalar;
    auto packed = recurrent::packed_of(c);
    const detail::packed_weight<S> own{packed.input, packed.input_back};
    detail::linear_prepare(c.backend(), In, columns, c.x(weight_ih), own, row);
    detail::linear_prepare(c.backend(), K, columns, c.x(weight_ih) + In,
                           detail::packed_weight<S>{c.prepared(4), c.prepared(5)}, row);
    packed.input = packed.input_back = nullptr;
    recurrent::pack_weights(c.backend(), plain::sizes_of(0), c.x(weight_ih), c.x(plain::weight_hh), packed);
  }

  template <class C>
  void forward(const C& c) const {
    multiply_inputs(c);
    plain::run_steps(c);
  }
  template <class C>
  void pullback(const C& c) const {
    plain::run_steps_back(c);
    plain::gather_previous(c);
    pass_input_gradient(c);
    pass_weight_gradients(c);
  }

  template <class C>
  static void multiply_inputs(const C& c) {
    using S = typename C::scalar;
    const std::size_t items = c.items();
    S* const part = c.scratch(1);
    auto product =
        detail::forward_product<S>(items * T, K, columns, c.x(shared), c.x(weight_ih) + In, c.x(bias_ih), part);
    product.ldb = row;
    product.packed_b = c.prepared(4);
    c.backend().gemm(product);

    axis_walk sequences;
    sequences.add(items, {T * columns});
    sequences.add(plain::sequences, {0});
    c.backend().rows(sequences.count(), T * columns,
                     kernels::permuted_copy<S>{sequences, T * columns, 1, part, gradient<S>{c.saved(0), false}});

    product = detail::forward_product<S>(plain::sizes_of(items).rows(), In, columns, c.x(input), c.x(weight_ih),
                                         nullptr, c.saved(0));
    product.ldb = row;
    product.packed_b = c.prepared(0);
    product.accumulate = true;
    c.backend().gemm(product);
  }

  template <class C>
  static void pass_input_gradient(const C& c) {
    using S = typename C::scalar;
    const std::size_t items = c.items();
    const S* const dgates = plain::flows_of(c).dgates;
    if constexpr (C::wants(shared) || C::wants(weight_ih)) sum_over_sequences(c, dgates);
    if constexpr (C::wants(input)) {
      auto product = detail::input_gradient_product<S>(plain::sizes_of(items).rows(), In, columns, dgates,
                                                       c.x(weight_ih), c.dx(input));
      product.ldb = row;
      product.packed_b = c.prepared(2);
      c.backend().gemm(product);
    }
    if constexpr (C::wants(shared)) {
      auto product =
          detail::input_gradient_product<S>(items * T, K, columns, c.scratch(5), c.x(weight_ih) + In, c.dx(shared));
      product.ldb = row;
      product.packed_b = c.prepared(5);
      c.backend().gemm(product);
    }
  }

  template <class C>
  static void pass_weight_gradients(const C& c) {
    if constexpr (C::wants(weight_ih)) {
      using S = typename C::scalar;
      const std::size_t items = c.items();
      const gradient<S> dw = c.dx(weight_ih);
      auto product = detail::weight_gradient_product<S>(plain::sizes_of(items).rows(), In, columns,
                                                        plain::flows_of(c).dgates, c.x(input), dw);
      product.ldc = row;
      c.backend().gemm(product);
      product = detail::weight_gradient_product<S>(items * T, K, columns, c.scratch(5), c.x(shared),
                                                   gradient<S>{dw.data + In, dw.adds});
      product.ldc = row;
      c.backend().gemm(product);
      plain::pass_hidden_weight_gradients(c);
    }
  }

 private:
  static constexpr std::array<int, 4> whole{dyn, static_cast<int>(plain::sequences), T, static_cast<int>(columns)};
  static constexpr std::array<int, 4> one{dyn, 1, T, static_cast<int>(columns)};

  template <class C>
  static void sum_over_sequences(const C& c, const typename C::scalar* dgates) {
    using S = typename C::scalar;
    detail::broadcast_back<kernels::slope_one>(c.backend(), {whole, one, whole, c.items()}, dgates,
                                               static_cast<const S*>(nullptr), static_cast<const S*>(nullptr),
                                               gradient<S>{c.scratch(5), false}, static_cast<S*>(nullptr));
  }
};

}  // namespace ops

namespace recurrent {

/// Records one layer of `Cell` for `Layer`, which errors name, whose sequences share a part of their input.
template <class Cell, class Layer, Var X, Var Shared, Var InputWeight, Var HiddenWeight, Var BiasIh, Var BiasHh>
auto record_layer_with_shared(const X& given_x, const Shared& given_shared, const InputWeight& w_ih,
                              const HiddenWeight& w_hh, const BiasIh& b_ih, const BiasHh& b_hh) {
  const auto with = expect_weights<Cell, Layer>(w_ih, w_hh, b_ih, b_hh);
  constexpr int all = decltype(with)::inputs;
  const auto shared = expect_shape<Layer, shape<dyn, any_extent, any_extent>>(given_shared);
  using Common = shape_of<decltype(shared)>;
  constexpr int K = extent<Common, -1>;
  constexpr bool fits = require<(K < all), Layer, expects<1, number::to, all - 1>, gets<K>>();
  constexpr int In = fits ? all - K : 1;
  const auto x = expect_batch<Layer, 3, In>(given_x);
  using Shape = shape_of<decltype(x)>;
  constexpr int T = extent<Shape, -2>;
  require_extent<Layer, T, extent<Common, 1>>();
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    using operation = ops::recurrence_with_shared<Cell, T, In, K, decltype(with)::hidden, decltype(with)::directions,
                                                  Shape::extents[1 + I]...>;
    return record(operation{}, x, with.w_ih, with.w_hh, with.b_ih, with.b_hh, shared);
  }
  (std::make_index_sequence<Shape::rank - 3>{});
}

}  // namespace recurrent

}  // namespace vscg

#include <vscg/core/end.hpp>
