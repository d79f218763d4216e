// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

#include <vscg/core/config.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/layer_number.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>
#include <vscg/ops/select_rows.hpp>

namespace vscg::detail {

/// PyTorch's name: "weight_ih_l0", "weight_ih_l0_reverse".
struct recurrent_weight_name {
  char text[48] = {};
  std::size_t length = 0;
  VSCG_NOINLINE recurrent_weight_name(std::string_view array, std::string_view layer, int direction) {
    for (const std::string_view part : {array, std::string_view("_l"), layer, std::string_view("_reverse")}) {
      if (direction == 0 && part == "_reverse") break;
      for (const char c : part) text[length++] = c;
    }
  }
  std::string_view view() const { return {text, length}; }
};

/// The weights of one layer of a recurrent network. Each array has both directions side by side, so that one product
/// serves both.
template <class Cell, int In, int H, int Directions>
struct recurrent_weights {
  static constexpr int rows = static_cast<int>(Cell::gates) * H;
  stacked_parameter<Directions, init::uniform<H>, rows, In> weight_ih;
  stacked_parameter<Directions, init::uniform<H>, rows, H> weight_hh;
  stacked_parameter<Directions, init::uniform<H>, rows> bias_ih;
  stacked_parameter<Directions, init::uniform<H>, rows> bias_hh;

  /// f(W_ih, W_hh, b_ih, b_hh), as operands of the trace that `like` belongs to.
  template <Var X, class F>
  auto with_operands(const X& like, const F& f) const {
    return f(operand(like, weight_ih), operand(like, weight_hh), operand(like, bias_ih), operand(like, bias_hh));
  }
};

/// The first layer reads In channels, each other layer the states of the one before it.
template <class Cell, int In, int H, int Directions, class Others>
struct recurrent_weights_of;
template <class Cell, int In, int H, int Directions, std::size_t... Others>
struct recurrent_weights_of<Cell, In, H, Directions, std::index_sequence<Others...>> {
  template <std::size_t>
  using other = recurrent_weights<Cell, Directions * H, H, Directions>;
  using type = std::tuple<recurrent_weights<Cell, In, H, Directions>, other<Others>...>;
};

/// Layers of a cell, one after another: what nn.LSTM and nn.GRU share.
template <class Cell, int In, int H, int Layers, bool Bidirectional>
struct recurrent_layers {
  static_assert(Layers > 0, "vscg: a recurrent network has at least one layer");
  static constexpr int directions = Bidirectional ? 2 : 1;

  typename recurrent_weights_of<Cell, In, H, directions, std::make_index_sequence<Layers - 1>>::type layers;

  /// PyTorch's names and order: weight_ih_l0, …, bias_hh_l0, weight_ih_l0_reverse, …, weight_ih_l1, …
  template <class Self, class Visitor>
  static void visit_members(Self& self, Visitor&& visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit_layer(std::get<I>(self.layers), layer_number(I), visit), ...);
    }
    (std::make_index_sequence<Layers>{});
  }
  static constexpr int listed_members() { return 1; }  // the tuple is the struct's one field

 protected:
  /// Requires states of all layers for the sequences of x.
  template <class Layer, Var X, Var States>
  static auto expect_states(const X& x, const States& states) {
    using given = shape_of<decltype(expect_batch<Layer, 3, In>(x))>;
    return expect_shape<Layer, with_extent<with_channels<given, H>, -2, Layers * directions>>(states);
  }

  /// All states of the last layer and, if `Cells`, all values of its cells' own array; `states` are what each layer
  /// starts from, [B, Layers · directions, H], if given.
  template <class Layer, bool Cells = false, std::size_t I = 0, Var X, Var... States>
  auto run(const X& x, const States&... states) const {
    constexpr bool last = I + 1 == Layers;
    const auto y = std::get<I>(layers).with_operands(x, [&](const auto&... weights) {
      return recurrent::record_layer < Cell, Layer, last && Cells > (x, weights..., of_layer<I>(states)...);
    });
    if constexpr (last)
      return y;
    else
      return run<Layer, Cells, I + 1>(y, states...);
  }

  /// The same from zero states, where the first layer's sequences share a part of their input.
  template <class Layer, Var X, Var Shared>
  auto run_with_shared(const X& x, const Shared& shared) const {
    const auto y = std::get<0>(layers).with_operands(x, [&](const auto&... weights) {
      return recurrent::record_layer_with_shared<Cell, Layer>(x, shared, weights...);
    });
    if constexpr (Layers == 1)
      return y;
    else
      return run<Layer, false, 1>(y);
  }

 private:
  template <class Weights, class Visitor>
  static void visit_layer(Weights& weights, layer_number layer, Visitor& visit) {
    for (int direction = 0; direction < directions; ++direction) {
      const auto name = [&](const char* array) { return recurrent_weight_name(array, layer.view(), direction); };
      visit(weights.weight_ih, name("weight_ih").view(), direction);
      visit(weights.weight_hh, name("weight_hh").view(), direction);
      visit(weights.bias_ih, name("bias_ih").view(), direction);
      visit(weights.bias_hh, name("bias_hh").view(), direction);
    }
  }
  template <std::size_t I, Var States>
  static auto of_layer(const States& states) {
    if constexpr (Layers == 1)
      return states;
    else
      return select_rows<static_cast<int>(I) * directions, directions>(states);
  }
};

}  // namespace vscg::detail

namespace vscg::nn {

/// LSTM over time: [B, T, In] to all states of the last layer, [B, T, H], or [B, T, 2 H] if `Bidirectional`, forward
/// half first. From zero states, or from given h and c, both [B, Layers · directions, H]. With further axes after the
/// batch, [B, ..., T, In], each item is that many sequences, and the states have these axes too.
///
/// `last_states` of the result gives the last layer's h_n. `const auto [h, c] = layer.with_cells(x)` also returns the
/// last layer's cells c, in the same form; `last_states` of c gives its c_n.
///
/// `layer.with_shared(x, shared)` reads concat(x, shared) in each of an item's sequences, x [B, ..., T, In - K] and
/// shared [B, T, K], and computes the products of what they share once.
///
/// PyTorch: nn.LSTM(In, H, Layers, batch_first=True, bidirectional=Bidirectional), gates i, f, g, o, two biases; its
/// h_0 and c_0 have the batch as their second axis.
template <int In, int H, int Layers = 1, bool Bidirectional = false>
struct lstm : detail::recurrent_layers<lstm_cell, In, H, Layers, Bidirectional> {
  template <Var X>
  auto operator()(const X& x) const {
    return this->template run<lstm>(x);
  }
  template <Var X, Var States, Var Cells>
  auto operator()(const X& x, const States& h, const Cells& c) const {
    return this->template run<lstm>(x, this->template expect_states<lstm>(x, h),
                                    this->template expect_states<lstm>(x, c));
  }
  template <Var X>
  auto with_cells(const X& x) const {
    return this->template run<lstm, true>(x);
  }
  template <Var X, Var Shared>
  auto with_shared(const X& x, const Shared& shared) const {
    return this->template run_with_shared<lstm>(x, shared);
  }
  template <Var X, Var States, Var Cells>
  auto with_cells(const X& x, const States& h, const Cells& c) const {
    return this->template run<lstm, true>(x, this->template expect_states<lstm>(x, h),
                                          this->template expect_states<lstm>(x, c));
  }
  VSCG_OPERANDS(1, 3)
};

/// GRU over time: [B, T, In] to all states of the last layer, [B, T, H], or [B, T, 2 H] if `Bidirectional`, forward
/// half first. From zero states, or from given ones [B, Layers · directions, H]. `last_states` of the result gives h_n.
/// With further axes after the batch, [B, ..., T, In], each item is that many sequences, as in `lstm`.
///
/// PyTorch: nn.GRU(In, H, Layers, batch_first=True, bidirectional=Bidirectional), gates r, z, n, two biases; its h_0
/// has the batch as its second axis.
template <int In, int H, int Layers = 1, bool Bidirectional = false>
struct gru : detail::recurrent_layers<gru_cell, In, H, Layers, Bidirectional> {
  template <Var X>
  auto operator()(const X& x) const {
    return this->template run<gru>(x);
  }
  template <Var X, Var States>
  auto operator()(const X& x, const States& h) const {
    return this->template run<gru>(x, this->template expect_states<gru>(x, h));
  }
  VSCG_OPERANDS(1, 2)
};

template <int In, int H, int Layers = 1>
using bidirectional_lstm = lstm<In, H, Layers, true>;
template <int In, int H, int Layers = 1>
using bidirectional_gru = gru<In, H, Layers, true>;

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
