// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/psp_head.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/dual_lstm.hpp>
#include <vscg/nets/vscg/event_head.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/positive_sample_propagation.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>

namespace vscg {

/// The τ that PSP-Net's authors train the weakly supervised network with.
inline constexpr double weak_psp_net_tau = 0.095;

/// The weakly supervised PSP-Net's propagation: as `positive_sample_propagation`, but the sums v' and a' go through the
/// shared LayerNorm directly, and τ is smaller.
///
/// Names as released: v_L1, v_L2, a_L1, a_L2, layer_norm.
template <int C = 256>
struct unprojected_propagation {
  double tau = weak_psp_net_tau;
  nn::linear_without_bias<C, C, init::xavier_uniform> v_L1, v_L2, a_L1, a_L2;
  nn::dropout branch_dropout{0.1};
  nn::layer_norm<C> norm{layer_norm_epsilon};
  VSCG_NAMED_MEMBERS((tau, "tau"), (v_L1, "v_L1"), (v_L2, "v_L2"), (a_L1, "a_L1"), (a_L2, "a_L2"),
                     (branch_dropout, "branch_dropout"), (norm, "layer_norm"))

  /// audio, visual [B, T, C] to streams of the same shape.
  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_shape<unprojected_propagation, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<unprojected_propagation>(audio, given_visual);
    const auto [audio_sum, visual_sum] = propagated_sums<false>(*this, audio, visual);
    return streams{norm(audio_sum), norm(visual_sum)};
  }
  VSCG_OPERANDS(2, 2)
};

/// PSP-Net (Zhou et al., CVPR 2021), as released: VSCG without ESCM and without the stream swap, judging every segment
/// by the mean of both streams.
///
/// `Consistency` takes PSP's two normalized streams and returns two of that shape: ESCM, for the row "PSP-Net + ESCM".
template <setting Setting = setting::fully, class Consistency = no_consistency, int Da = 128, int Dv = 512>
using psp_net =
    localizer<audio_guided_attention<Setting, Da, Dv>, dual_lstm<stream_order::straight>,
              std::conditional_t<Setting == setting::fully, positive_sample_propagation<>, unprojected_propagation<>>,
              Consistency, std::conditional_t<Setting == setting::fully, psp_head<>, weak_psp_head<>>>;

template <setting Setting, class Encoder, class Propagation, class Consistency, class Head>
requires(!host_variant<Consistency>.empty() &&
         std::is_same_v<localizer<audio_guided_attention<Setting>, Encoder, Propagation, Consistency, Head>,
                        psp_net<Setting, Consistency>>) inline constexpr network_identity
    identity_of<localizer<audio_guided_attention<Setting>, Encoder, Propagation, Consistency, Head>> =
        host_identity("psp_net", host_variant<Consistency>, Setting, 28)
            .with({"tau", Setting == setting::fully ? default_tau : weak_psp_net_tau, "psp.tau"});

/// PSP-Net, fully supervised, with VSCG's heads in place of its own: what `negative_pair_filter_loss` trains in Table V
/// of the paper.
using psp_net_with_event_head = localizer<audio_guided_attention<>, dual_lstm<stream_order::straight>,
                                          positive_sample_propagation<>, no_consistency, event_head<>>;
template <>
inline constexpr network_identity identity_of<psp_net_with_event_head> =
    host_identity("psp_net", "with_event_head", setting::fully, 28).with({"tau", default_tau, "psp.tau"});

}  // namespace vscg

#include <vscg/core/end.hpp>
