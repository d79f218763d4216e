// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/select_rows.hpp>
#include <vscg/ops/shift.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg {

/// An attention that may look at itself instead (the sentinel of Lu et al., CVPR 2017, arXiv 1612.01887), as
/// `cman_reconstruction` has it. A recurrent layer has read x and has the states h and the cells m; A_j are the
/// segments of the other stream:
///
///   s_t = σ(sentinel_x(x_t) + sentinel_h(h_{t-1})) ∘ tanh(m_t), and nothing comes before h_0,
///   z_{t,j} = w_h·tanh(w_a(A_j) + w_g(h_t)),  c_t = Σ_j softmax_j(z_t) A_j,
///   β_t = the last of softmax([z_t, w_h·tanh(w_s(s_t) + w_g(h_t))]),
///   result β_t s_t + (1 - β_t) c_t + h_t.
template <int C = 128>
struct sentinel_attention {
  nn::linear_without_bias<C, C, init::xavier_uniform> sentinel_x, sentinel_h, w_a, w_g, w_s;
  nn::linear_without_bias<C, 1, init::xavier_uniform> w_h;
  VSCG_MEMBERS(sentinel_x, sentinel_h, w_a, w_g, w_s, w_h)

  /// x, h, m [B, T, C] of at least 2 segments and other [B, S, C] to [B, T, C].
  template <Var X, Var States, Var Cells, Var Other>
  auto operator()(const X& given_x, const States& given_states, const Cells& given_cells,
                  const Other& given_other) const {
    const auto x = expect_shape<sentinel_attention, shape<dyn, any_extent, C>>(given_x);
    const auto states = expect_same_shape<sentinel_attention>(x, given_states);
    const auto cells = expect_same_shape<sentinel_attention>(x, given_cells);
    const auto other = expect_shape<sentinel_attention, shape<dyn, any_extent, C>>(given_other);
    constexpr int T = extent<shape_of<decltype(x)>, 1>;
    constexpr int S = extent<shape_of<decltype(other)>, 1>;

    const auto sentinel = sigmoid(opening(x, states)) * vscg::tanh(cells);
    const auto guide = w_g(states);
    const auto keys = view<shape<dyn, 1, S, C>>(w_a(other));
    const auto scores = view<shape<dyn, T, S>>(w_h(vscg::tanh(keys + view<shape<dyn, T, 1, C>>(guide))));
    const auto found = matmul(softmax(scores), other);
    const auto all_scores = cat<-1>(scores, w_h(vscg::tanh(w_s(sentinel) + guide)));
    const auto shares = view<shape<dyn, T, S + 1, 1>>(softmax(all_scores));
    const auto own = view<shape<dyn, T, 1>>(select_rows<S, 1>(shares));
    const auto looked = own * sentinel + (1 - own) * found;
    return looked + states;
  }
  VSCG_OPERANDS(4, 4)

 private:
  /// sentinel_x(x_t) + sentinel_h(h_{t-1}); in the first segment, where no state came before, only the first.
  template <Var X, Var States>
  auto opening(const X& x, const States& states) const {
    constexpr int T = extent<shape_of<X>, 1>;
    const auto of_input = sentinel_x(x);
    const auto of_states = sentinel_h(select_rows<0, T - 1>(states));
    return cat<1>(select_rows<0, 1>(of_input), select_rows<1, T - 1>(of_input) + of_states);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
