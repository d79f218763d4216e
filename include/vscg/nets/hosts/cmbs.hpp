// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/gated_outputs.hpp>
#include <vscg/nets/hosts/gated_probability.hpp>
#include <vscg/nets/hosts/gated_streams.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/mutual_interaction.hpp>
#include <vscg/nets/hosts/region_self_attention.hpp>
#include <vscg/nets/hosts/relations.hpp>
#include <vscg/nets/hosts/relevance_outputs.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/mean_of_largest.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>

namespace vscg {

/// CMBS (Xia, Zhao, CVPR 2022), fully supervised, as released. `gated_streams` reads the sound and what
/// `region_self_attention` sees, giving D; with s of both streams' `class_activations`,
///
///   f_v = AVInter(D_v, D_a), f_a = VAInter(D_a, f_v), f = (f_v + f_a) / 2,
///   relevance classifier(f), category event_classifier(max over time of f) + γ s.
///
/// `Consistency` takes f_a and f_v and returns two streams: ESCM, for the row "CMBS + ESCM". Names as released;
/// video_norm, audio_norm and some others are reached by nothing and kept so that published weights fit.
template <setting Setting = setting::fully, class Consistency = no_consistency, int Categories = 28, int Da = 128,
          int Dv = 512>
struct cmbs {
  double gamma = 0.3;
  region_self_attention<Da> spatial_channel_att;
  region_features<Dv> regions;
  gated_streams<1024, 1024, Da> reading;
  mutual_interaction<4, Consistency> fusion;
  relevance_heads<Categories> localize_module;
  nn::layer_norm<256> video_norm, audio_norm;
  class_activations<Categories> activations;
  VSCG_NAMED_MEMBERS((gamma, "gamma"), (spatial_channel_att, "spatial_channel_att"), (regions, ""), (reading, ""),
                     (fusion, ""), (localize_module, "localize_module"), (video_norm, "video_norm"),
                     (audio_norm, "audio_norm"), (activations, ""))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual_features) const {
    const auto audio = expect_shape<cmbs, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [seen, map] = spatial_channel_att(regions(visual_features), audio);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    const auto [between, gate] = reading(audio, seen);
    const auto activation = activations(between.audio, between.visual);
    const auto fused = fusion(between.audio, between.visual);
    const auto relevance = view<shape<dyn, T>>(localize_module.classifier(fused));
    const auto category = localize_module.event_classifier(max<1>(fused)) + activation * gamma;
    return gated_outputs<var_field<typename Audio::tag>, T, R, Categories>{relevance, category, gate, activation, map};
  }
  VSCG_OPERANDS(2, 2)
};

/// CMBS, weakly supervised, as released: no LSTMs, each stream's relations gate its own partner, and the gate takes the
/// place of relevance:
///
///   g_a = σ(audio_gated(E_v)), g_v = σ(video_gated(E_a)), gate = (g_a + g_v) / 2, D_v ← (1 - α + α g_a) D_v, D_a
///   alike, c = CAS_model(f),  c ← γ (σ(video_cas(D_v)) + σ(audio_cas(D_a))) c, raw scores r = mean of c's 4 largest
///   segments, probability as `gated_probability` of the gate itself.
///
/// Names as released; `classifier` and some others are reached by nothing and kept so that published weights fit.
template <class Consistency, int Categories, int Da, int Dv>
struct cmbs<setting::weakly, Consistency, Categories, Da, Dv> {
  static constexpr int classes = Categories + 1;
  /// A convolution over one segment: a linear layer whose weight has one axis more.
  struct activation_layer {
    parameter<init::uniform<256>, classes, 256, 1> weight;
    VSCG_MEMBERS(weight)
    template <Var X>
    auto operator()(const X& x) const {
      return vscg::linear<identity_function, activation_layer>(x, view<shape<classes, 256>>(operand(x, weight)));
    }
  };
  struct activation_model {
    nn::sequential<activation_layer> classifier;
    VSCG_MEMBERS(classifier)
  };
  double alpha = 0.2;
  double gamma = 0.5;
  region_self_attention<Da> spatial_channel_att{0.5};
  region_features<Dv> regions{.dropout = {0.1}};
  stream_relations<Da, 512, 2048, 1024> relations;
  mutual_interaction<2, Consistency> fusion;
  nn::sequential<nn::linear<256, 1>> audio_gated, video_gated;
  activation_model CAS_model;
  nn::linear<256, 1> classifier;
  nn::linear<256, classes> audio_cas, video_cas;
  VSCG_NAMED_MEMBERS((alpha, "alpha"), (gamma, "gamma"), (spatial_channel_att, "spatial_channel_att"), (regions, ""),
                     (relations, ""), (fusion, ""), (audio_gated, "audio_gated"), (video_gated, "video_gated"),
                     (CAS_model, "CAS_model"), (classifier, "classifier"), (audio_cas, "audio_cas"),
                     (video_cas, "video_cas"))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual_features) const {
    const auto audio = expect_shape<cmbs, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [seen, map] = spatial_channel_att(regions(visual_features), audio);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;

    const auto [within, between] = relations(audio, seen);

    const auto audio_gate = sigmoid(audio_gated(within.visual));
    const auto visual_gate = sigmoid(video_gated(within.audio));
    const auto gate = view<shape<dyn, T>>((audio_gate + visual_gate) * 0.5);
    const auto visual = between.visual * (1 - alpha) + audio_gate * between.visual * alpha;
    const auto sound = between.audio * (1 - alpha) + visual_gate * between.audio * alpha;
    const auto activation = (sigmoid(video_cas(visual)) + sigmoid(audio_cas(sound))) * gamma;

    const auto scores = mean_of_largest<4>(CAS_model.classifier(fusion(sound, visual)) * activation);
    return weak_gated_outputs<var_field<typename Audio::tag>, T, R, Categories>{
        gate, scores, probability_of_gates(gate, scores), map};
  }
  VSCG_OPERANDS(2, 2)
};

template <setting Setting, class Consistency, int Categories, int Da, int Dv>
requires(!host_variant<Consistency>.empty()) inline constexpr network_identity
    identity_of<cmbs<Setting, Consistency, Categories, Da, Dv>> =
        host_identity("cmbs", host_variant<Consistency>, Setting, Categories)
            .with({"alpha", Setting == setting::fully ? 0.1 : 0.2, "alpha"})
            .with({"beta", Setting == setting::fully ? 0.4 : 0.5, "spatial_channel_att.beta"})
            .with({"gamma", cmbs<Setting>{}.gamma, "gamma"});

}  // namespace vscg

#include <vscg/core/end.hpp>
