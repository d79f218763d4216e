// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <ratio>

#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/threshold.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg {

/// Every LayerNorm of VSCG has this epsilon.
using layer_norm_epsilon = std::ratio<1, 1000000>;

/// Stage 3 of VSCG: positive sample propagation (Zhou et al., CVPR 2021; paper section III-C). Each stream takes from
/// the segments of the other that are similar to its own:
///
///   v1, v2, a1, a2 = dropout(relu(·L)),  β = relu(v2·a1ᵀ / √C), rows = visual segments,
///   γ_va = norm₁(β), entries ≤ τ set to 0, norm₁ again (fully supervised only); γ_av the same from βᵀ,
///   v' = v + γ_va·a2,  a' = a + γ_av·v1,  each then layer_norm(dropout(relu(·fc))) with one LayerNorm for both.
///
/// norm₁ divides a row by its sum + 1e-8. The threshold is `Threshold`, a std::ratio. Names as released: v_L1, v_L2,
/// v_fc, a_L1, a_L2, a_fc, layer_norm.
template <setting Setting = setting::fully, int C = 256, class Threshold = std::ratio<99, 1000>>
struct positive_sample_propagation {
  static constexpr double threshold_value = static_cast<double>(Threshold::num) / static_cast<double>(Threshold::den);
  static constexpr int branch_percent = Setting == setting::fully ? 20 : 10;

  nn::linear_without_bias<C, C, init::xavier_uniform> v_L1, v_L2, v_fc, a_L1, a_L2, a_fc;
  nn::dropout<branch_percent> branch_dropout;
  nn::dropout<20> dropout_layer;
  nn::layer_norm<C, layer_norm_epsilon> norm;
  VSCG_NAMED_MEMBERS((v_L1, "v_L1"), (v_L2, "v_L2"), (v_fc, "v_fc"), (a_L1, "a_L1"), (a_L2, "a_L2"), (a_fc, "a_fc"),
                     (branch_dropout, "branch_dropout"), (dropout_layer, "dropout"), (norm, "layer_norm"))

  /// audio, visual [B, T, C] to streams of the same shape.
  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_channels<positive_sample_propagation, C>(given_audio);
    const auto visual = expect_channels<positive_sample_propagation, C>(given_visual);
    const auto v1 = branch_dropout(v_L1.with_relu(visual));
    const auto v2 = branch_dropout(v_L2.with_relu(visual));
    const auto a1 = branch_dropout(a_L1.with_relu(audio));
    const auto a2 = branch_dropout(a_L2.with_relu(audio));

    const auto similarity = relu(matmul_transposed(v2, a1) * (1 / std::sqrt(static_cast<double>(C))));
    const auto from_audio = matmul(positive(similarity), a2);
    const auto from_visual = matmul(positive(transpose(similarity)), v1);
    const auto visual_sum = visual + from_audio;
    const auto audio_sum = audio + from_visual;

    const auto visual_out = norm(dropout_layer(v_fc.with_relu(visual_sum)));
    const auto audio_out = norm(dropout_layer(a_fc.with_relu(audio_sum)));
    return streams{audio_out, visual_out};
  }

 private:
  template <class Similarity>
  static auto positive(const Similarity& similarity) {
    const auto kept = threshold(normalize(similarity), threshold_value);
    if constexpr (Setting == setting::fully)
      return normalize(kept);
    else
      return kept;
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
