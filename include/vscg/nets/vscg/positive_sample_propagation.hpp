// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/project_norm.hpp>
#include <vscg/nets/composites/propagate_branches.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>

namespace vscg {

/// Every LayerNorm of VSCG has this epsilon.
inline constexpr double layer_norm_epsilon = 1e-6;
/// Pairs of segments take nothing from each other unless their normalized similarity is above this.
inline constexpr double default_tau = 0.099;

/// What both streams take from each other, v' and a', by a layer's members v_L1, v_L2, a_L1, a_L2, tau and
/// branch_dropout.
template <bool Twice, class Layer, Var Audio, Var Visual>
auto propagated_sums(const Layer& layer, const Audio& audio, const Visual& visual) {
  using stream = shape_of<Audio>;
  composites::propagate_branches<extent<stream, 1>, extent<stream, 2>, Twice> propagation{{}, layer.tau};
  for (auto& use : propagation.uses) use = layer.branch_dropout.use(visual);
  const auto [audio_sum, visual_sum] =
      compose(propagation, audio, visual, operand(audio, layer.v_L1.weight), operand(audio, layer.v_L2.weight),
              operand(audio, layer.a_L1.weight), operand(audio, layer.a_L2.weight));
  return streams{audio_sum, visual_sum};
}

/// Stage 3 of VSCG: positive sample propagation (Zhou et al., CVPR 2021; paper section III-C). Each stream takes from
/// those segments of the other that resemble its own:
///
///   v1, v2, a1, a2 = dropout(relu(·L)),  β = relu(v2·a1ᵀ / √C), rows = visual segments,
///   γ_va = norm₁(β), entries ≤ τ set to 0, norm₁ again (fully supervised only); γ_av the same from βᵀ,
///   v' = v + γ_va·a2,  a' = a + γ_av·v1,  each then layer_norm(dropout(relu(·fc))) with one LayerNorm for both.
///
/// norm₁ divides a row by its sum + 1e-8. τ is a member, `tau`. Names as released: v_L1, v_L2, v_fc, a_L1, a_L2, a_fc,
/// layer_norm.
template <setting Setting = setting::fully, int C = 256>
struct positive_sample_propagation {
  double tau = default_tau;
  nn::linear_without_bias<C, C, init::xavier_uniform> v_L1, v_L2, v_fc, a_L1, a_L2, a_fc;
  nn::dropout branch_dropout{Setting == setting::fully ? 0.2 : 0.1};
  nn::dropout dropout_layer{0.2};
  nn::layer_norm<C> norm{layer_norm_epsilon};
  VSCG_NAMED_MEMBERS((tau, "tau"), (v_L1, "v_L1"), (v_L2, "v_L2"), (v_fc, "v_fc"), (a_L1, "a_L1"), (a_L2, "a_L2"),
                     (a_fc, "a_fc"), (branch_dropout, "branch_dropout"), (dropout_layer, "dropout"),
                     (norm, "layer_norm"))

  /// audio, visual [B, T, C] to streams of the same shape.
  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_shape<positive_sample_propagation, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<positive_sample_propagation>(audio, given_visual);
    constexpr int T = extent<shape_of<Audio>, 1>;

    const auto [audio_sum, visual_sum] = propagated_sums<Setting == setting::fully>(*this, audio, visual);
    const auto visual_use = dropout_layer.use(visual_sum);
    const auto audio_use = dropout_layer.use(audio_sum);
    const composites::project_norm<T, C> projection{visual_use, audio_use, norm.epsilon};
    const auto [visual_out, audio_out] =
        compose(projection, visual_sum, audio_sum, operand(audio, v_fc.weight), operand(audio, a_fc.weight),
                operand(audio, norm.weight), operand(audio, norm.bias));
    return streams{audio_out, visual_out};
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
