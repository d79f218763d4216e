// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/var.hpp>
#include <vscg/ops/gru.hpp>
#include <vscg/ops/lstm.hpp>

namespace vscg::composites {

/// Two independent bidirectional LSTMs.
///
/// Operands: two streams [B, T, In], then W_ih [2, 4H, In], W_hh [2, 4H, H], b_ih and b_hh [2, 4H] for each. Results:
/// two [B, T, 2H].
template <int T, int In, int H>
struct lstm_pair {
  template <Var X, Var Y, Var Wi, Var Wh, Var B>
  auto operator()(const X& first, const Y& second, const Wi& first_w_ih, const Wh& first_w_hh, const B& first_b_ih,
                  const B& first_b_hh, const Wi& second_w_ih, const Wh& second_w_hh, const B& second_b_ih,
                  const B& second_b_hh) const {
    const auto first_states = vscg::lstm(first, first_w_ih, first_w_hh, first_b_ih, first_b_hh);
    const auto second_states = vscg::lstm(second, second_w_ih, second_w_hh, second_b_ih, second_b_hh);
    return vars{first_states, second_states};
  }
};

/// Two independent bidirectional GRUs.
///
/// Operands: two streams [B, T, In], the states [B, 2, H] that each starts from, then W_ih [2, 3H, In], W_hh
/// [2, 3H, H], b_ih and b_hh [2, 3H] for each. Results: two [B, T, 2H].
template <int T, int In, int H>
struct gru_pair {
  template <Var X, Var Y, Var S, Var R, Var Wi, Var Wh, Var B>
  auto operator()(const X& first, const Y& second, const S& first_start, const R& second_start, const Wi& first_w_ih,
                  const Wh& first_w_hh, const B& first_b_ih, const B& first_b_hh, const Wi& second_w_ih,
                  const Wh& second_w_hh, const B& second_b_ih, const B& second_b_hh) const {
    const auto first_states = vscg::gru(first, first_w_ih, first_w_hh, first_b_ih, first_b_hh, first_start);
    const auto second_states = vscg::gru(second, second_w_ih, second_w_hh, second_b_ih, second_b_hh, second_start);
    return vars{first_states, second_states};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
