// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/bilinear_temporal_map.hpp>
#include <vscg/nets/hosts/gated_probability.hpp>
#include <vscg/nets/hosts/host_identity.hpp>
#include <vscg/nets/hosts/part_name.hpp>
#include <vscg/nets/hosts/relations.hpp>
#include <vscg/nets/hosts/relevance_outputs.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/no_consistency.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/multihead_attention.hpp>
#include <vscg/ops/add_to_rows.hpp>
#include <vscg/ops/cat.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/select_rows.hpp>

namespace vscg {

/// How DMIN's attention scores the first half of the keys, the other stream's: not by q·k, but by the mean over all D
/// cyclic shifts of q of weighted products, weight λ for q itself and (1 - λ) / (D - 1) for each other shift. The
/// products with all shifts add up to (Σ q)(Σ k), so that is q·k' of
///
///   k' = [(λ - r) k + r Σ k] / D,  r = (1 - λ) / (D - 1).
///
/// The division by D makes these scores tiny, as released.
struct cyclically_scored_keys {
  static constexpr double lambda = 0.5;

  /// Keys [B, Heads, S, D] to the same.
  template <Var Keys>
  auto operator()(const Keys& keys) const {
    constexpr int S = extent<shape_of<Keys>, -2>;
    constexpr double D = extent<shape_of<Keys>, -1>;
    constexpr double rest = (1 - lambda) / (D - 1);
    const auto other = select_rows<0, S / 2>(keys);
    const auto scored = add_to_rows(other * ((lambda - rest) / D), sum<-1>(other) * (rest / D));
    return cat<-2>(scored, select_rows<S / 2, S - S / 2>(keys));
  }
};

/// DMIN's classifiers: CMRAN's, and those of what the picture says within itself.
template <setting Setting, int Classes>
struct dmin_heads {
  relevance_heads<Classes> of_both;
  nn::linear<256, Classes> event_self;
  VSCG_NAMED_MEMBERS((of_both, ""), (event_self, "event_self"))
};
template <int Classes>
struct dmin_heads<setting::weakly, Classes> {
  relevance_heads<Classes> of_both;
  nn::linear<256, 1> classifier_self;
  nn::linear<256, Classes> event_self;
  VSCG_NAMED_MEMBERS((of_both, ""), (classifier_self, "classifier_self"), (event_self, "event_self"))
};

/// DMIN (Liu et al., TMM 2022), as released. It is CMRAN with a `bilinear_temporal_map` over the regions, the scores of
/// `cyclically_scored_keys` between the streams, and one more judgment, of the picture alone: with E_v, what it says
/// within itself,
///
///   fully:  category event_self(max over time of E_v)
///   weakly: `gated_probability` of classifier_self(E_v) and event_self(max over time of E_v)
///
/// Only the loss looks at that one.
///
/// `Consistency` takes what the streams say after a look at each other and returns two streams: ESCM, for "DMIN +
/// ESCM", which no table of a paper has. Its place was chosen here.
///
/// Names as released, those of CMRAN; the authors' checkpoints have the prefix
/// "module.".
template <setting Setting = setting::fully, class Consistency = no_consistency, int Categories = 28, int Da = 128,
          int Dv = 512>
struct dmin {
  static constexpr int classes = Categories + (Setting == setting::weakly ? 1 : 0);
  using between = stream_relations<Da, 512, 2048, 2048, nn::multihead_attention<256, 4, cyclically_scored_keys>>;
  spatial_channel_attention<Da, 512, bilinear_temporal_map<Da>> spatial_channel_att;
  region_features<Dv> regions;
  between relations = between::with_cross_dropout(Setting == setting::fully ? 0.02 : 0.1);
  Consistency consistency;
  interaction<Setting == setting::fully ? 4 : 2> AVInter;
  dmin_heads<Setting, classes> localize_module;
  VSCG_NAMED_MEMBERS((spatial_channel_att, "spatial_channel_att"), (regions, ""), (relations, ""),
                     (consistency, part_name<Consistency>), (AVInter, "AVInter"), (localize_module, "localize_module"))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<dmin, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [seen, map] = spatial_channel_att(regions(visual), audio);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    const auto both = relations(audio, seen);
    const auto alone = both.within.visual;
    const auto consistent = consistency(both.between.audio, both.between.visual);
    const auto fused = AVInter(consistent.visual, consistent.audio);

    const auto relevance = view<shape<dyn, T>>(localize_module.of_both.classifier(fused));
    const auto category = localize_module.of_both.event_classifier(max<1>(fused));
    const auto category_self = localize_module.event_self(max<1>(alone));
    using field = var_field<typename Audio::tag>;
    if constexpr (Setting == setting::fully) {
      return self_relevance_outputs<field, T, R, Categories, 256>{relevance, category, category_self, fused, map};
    } else {
      const auto relevance_self = view<shape<dyn, T>>(localize_module.classifier_self(alone));
      return weak_self_relevance_outputs<field, T, R, classes, 256>{
          relevance, category, gated_probability(relevance, category), gated_probability(relevance_self, category_self),
          fused,     map};
    }
  }
  VSCG_OPERANDS(2, 2)
};

template <setting Setting, class Consistency, int Categories, int Da, int Dv>
requires(!host_variant<Consistency>.empty()) inline constexpr network_identity
    identity_of<dmin<Setting, Consistency, Categories, Da, Dv>> = host_identity("dmin", host_variant<Consistency>,
                                                                                Setting, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
