// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/co_guidance.hpp>
#include <vscg/nets/hosts/gated_outputs.hpp>
#include <vscg/nets/hosts/gated_streams.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/mutual_interaction.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/gaussian_noise.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/normalize.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>

namespace vscg {

/// Whether CACE-Net contrasts the segments of a video: not in the first eighth of its epochs.
enum class contrast : unsigned char { off, on };

/// CACE-Net (He et al., ACM MM 2024), fully supervised, as released. `co_guidance` of sound and picture, then CMBS's
/// `gated_streams`, giving D; with s of both streams' `class_activations`,
///
///   f_v = AVInter(D_v, D_a), f_a = VAInter(D_a, f_v), f = (f_v + f_a) / 2,  t = relu(encoder_q(f)),
///   relevance classifier(f + Λ t), category event_classifier(max over time of f) + γ s,
///   contrast_query t / |t|, contrast_key the same of f + noise.
///
/// With the contrast off, nothing reaches encoder_q: relevance is classifier(f), and there is nothing to contrast. Both
/// have the same arrays at the same places, so a trainer of one goes on where one of the other stopped:
/// `restore(second, snapshot(first))`.
///
/// `Consistency` takes f_a and f_v and returns two streams, as in `cmbs`. Names as released; a_fc and some others are
/// reached by nothing and kept so that published weights fit. The authors' checkpoints have the prefix "module.".
template <contrast Contrast = contrast::on, guide Guide = guide::both, class Consistency = no_consistency,
          int Categories = 28, int Da = 128, int Dv = 512>
struct cace_net {
  struct heads {
    nn::linear<256, 1> classifier;
    nn::sequential<nn::linear<256, 256>, nn::relu> encoder_q;
    nn::linear<256, Categories> event_classifier;
    VSCG_MEMBERS(classifier, encoder_q, event_classifier)
  };
  double gamma = 0.3;
  double lambda = 0.6;
  co_guidance<Guide, Da> spatial_channel_att{};
  region_features<Dv> regions{};
  nn::linear<Da, Da> a_fc{};
  gated_streams<1024, 512, Da> reading{};
  mutual_interaction<4, Consistency> fusion{};
  heads localize_module{};
  class_activations<Categories> activations{};
  nn::gaussian_noise noise{0.1};
  VSCG_NAMED_MEMBERS((gamma, "gamma"), (lambda, "lambda"), (spatial_channel_att, "spatial_channel_att"), (regions, ""),
                     (a_fc, "a_fc"), (reading, ""), (fusion, ""), (localize_module, "localize_module"),
                     (activations, ""), (noise, "noise"))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return outputs_of(audio, visual, noise);
  }
  /// The same with noise [B, T, 256] that is given, not drawn.
  template <Var Audio, Var Visual, Var Given>
  auto operator()(const Audio& audio, const Visual& visual, const Given& given) const {
    return outputs_of(audio, visual, [&](const auto& f) { return f + expect_same_shape<cace_net>(f, given); });
  }
  VSCG_OPERANDS(2, 3)

 private:
  template <class Audio, class Visual, class Disturb>
  auto outputs_of(const Audio& given_audio, const Visual& visual, const Disturb& disturb) const {
    const auto audio = expect_shape<cace_net, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [guided, map] = spatial_channel_att(audio, regions(visual));
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    const auto [between, gate] = reading(guided.audio, guided.visual);
    const auto activation = activations(between.audio, between.visual);
    const auto fused = fusion(between.audio, between.visual);

    const auto& [classifier, encoder_q, event_classifier] = localize_module;
    const auto category = event_classifier(max<1>(fused)) + activation * gamma;
    using field = var_field<typename Audio::tag>;
    if constexpr (Contrast == contrast::off) {
      const auto relevance = view<shape<dyn, T>>(classifier(fused));
      return gated_outputs<field, T, R, Categories>{relevance, category, gate, activation, map};
    } else {
      const auto compared = encoder_q(fused);
      const auto relevance = view<shape<dyn, T>>(classifier(fused + compared * lambda));
      const auto query = normalize(compared);
      const auto key = normalize(encoder_q(disturb(fused)));
      return contrasted_outputs<field, T, R, Categories, 256>{relevance, category, gate, activation, query, key, map};
    }
  }
};

/// The variant's name in files, or none. With the contrast off it is another network: relevance does not look at
/// encoder_q.
template <contrast Contrast, guide Guide, class Consistency>
constexpr std::string_view cace_net_variant() {
  constexpr std::string_view with = host_variant<Consistency>;
  if (Guide != guide::both) {
    if (Contrast == contrast::off || with != "released") return "";
    return Guide == guide::none ? "guide_none" : Guide == guide::audio ? "guide_audio" : "guide_visual";
  }
  if (Contrast == contrast::on) return with;
  return with == "released" ? "before_contrast" : with == "with_escm" ? "with_escm_before_contrast" : "";
}

template <contrast Contrast, guide Guide, class Consistency, int Categories, int Da, int Dv>
requires(!cace_net_variant<Contrast, Guide, Consistency>().empty()) inline constexpr network_identity
    identity_of<cace_net<Contrast, Guide, Consistency, Categories, Da, Dv>> =
        host_identity("cace_net", cace_net_variant<Contrast, Guide, Consistency>(), setting::fully, Categories)
            .with({"gamma", cace_net<>{}.gamma, "gamma"})
            .with({"lambda", cace_net<>{}.lambda, "lambda"});

}  // namespace vscg

#include <vscg/core/end.hpp>
