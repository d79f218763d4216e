// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>

namespace vscg::nn {

// PyTorch's names and order. Both directions of an array lie side by side, so that one product serves both.
#define VSCG_DETAIL_BIDIRECTIONAL_MEMBERS                                                                        \
  VSCG_NAMED_MEMBERS((weight_ih, "weight_ih_l0", 0), (weight_hh, "weight_hh_l0", 0), (bias_ih, "bias_ih_l0", 0), \
                     (bias_hh, "bias_hh_l0", 0), (weight_ih, "weight_ih_l0_reverse", 1),                         \
                     (weight_hh, "weight_hh_l0_reverse", 1), (bias_ih, "bias_ih_l0_reverse", 1),                 \
                     (bias_hh, "bias_hh_l0_reverse", 1))

/// One layer of LSTM in both directions, from zero states: [B, T, In] to [B, T, 2 H], forward half first.
///
/// PyTorch: nn.LSTM(In, H, batch_first=True, bidirectional=True), gates i, f, g, o, two biases.
template <int In, int H>
struct bidirectional_lstm {
  stacked_parameter<2, init::uniform<H>, 4 * H, In> weight_ih;
  stacked_parameter<2, init::uniform<H>, 4 * H, H> weight_hh;
  stacked_parameter<2, init::uniform<H>, 4 * H> bias_ih;
  stacked_parameter<2, init::uniform<H>, 4 * H> bias_hh;
  VSCG_DETAIL_BIDIRECTIONAL_MEMBERS

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_channels<bidirectional_lstm, In>(given);
    return vscg::lstm(x, operand(x, weight_ih), operand(x, weight_hh), operand(x, bias_ih), operand(x, bias_hh));
  }
};

/// One layer of GRU in both directions: [B, T, In] to [B, T, 2 H], from zero states or from given ones [B, 2, H].
///
/// PyTorch: nn.GRU(In, H, batch_first=True, bidirectional=True), gates r, z, n, two biases; its h_0 is [2, B, H].
template <int In, int H>
struct bidirectional_gru {
  stacked_parameter<2, init::uniform<H>, 3 * H, In> weight_ih;
  stacked_parameter<2, init::uniform<H>, 3 * H, H> weight_hh;
  stacked_parameter<2, init::uniform<H>, 3 * H> bias_ih;
  stacked_parameter<2, init::uniform<H>, 3 * H> bias_hh;
  VSCG_DETAIL_BIDIRECTIONAL_MEMBERS

  template <Var X>
  auto operator()(const X& given) const {
    const auto x = expect_channels<bidirectional_gru, In>(given);
    return vscg::gru(x, operand(x, weight_ih), operand(x, weight_hh), operand(x, bias_ih), operand(x, bias_hh));
  }
  template <Var X, Var State>
  auto operator()(const X& given, const State& given_state) const {
    const auto x = expect_channels<bidirectional_gru, In>(given);
    const auto state = expect_channels<bidirectional_gru, H>(given_state);
    return vscg::gru(x, operand(x, weight_ih), operand(x, weight_hh), operand(x, bias_ih), operand(x, bias_hh), state);
  }
};

#undef VSCG_DETAIL_BIDIRECTIONAL_MEMBERS

}  // namespace vscg::nn

#include <vscg/core/end.hpp>
