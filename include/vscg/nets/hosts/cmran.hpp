// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
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
#include <vscg/ops/over_axis.hpp>

namespace vscg {

/// CMRAN (Xu et al., ACM MM 2020), as released. Regions go through v_fc; their channels and places are weighed by the
/// sound; relations within and between the streams, and their interaction, give f.
///
///   fully:  relevance classifier(f), category event_classifier(max over time of f)
///   weakly: the same with a class for background, and `gated_probability` of both
///
/// `Consistency` takes what the streams say after a look at each other and returns two streams: ESCM, for "CMRAN +
/// ESCM", which no table of a paper has. Its place was chosen here.
///
/// Names as released: spatial_channel_att, v_fc, video_encoder, video_decoder, audio_encoder, audio_decoder, AVInter,
/// localize_module. The authors' checkpoints have the prefix "module.".
template <setting Setting = setting::fully, class Consistency = no_consistency, int Categories = 28, int Da = 128,
          int Dv = 512>
struct cmran {
  static constexpr int classes = Categories + (Setting == setting::weakly ? 1 : 0);
  spatial_channel_attention<Da> spatial_channel_att;
  region_features<Dv> regions;
  stream_relations<Da, 512, 2048> relations;
  Consistency consistency;
  interaction<Setting == setting::fully ? 4 : 2> AVInter;
  relevance_heads<classes> localize_module;
  VSCG_NAMED_MEMBERS((spatial_channel_att, "spatial_channel_att"), (regions, ""), (relations, ""),
                     (consistency, part_name<Consistency>), (AVInter, "AVInter"), (localize_module, "localize_module"))

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<cmran, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto [seen, map] = spatial_channel_att(regions(visual), audio);
    constexpr int R = extent<shape_of<decltype(map)>, -1>;
    const auto between = relations(audio, seen).between;
    const auto consistent = consistency(between.audio, between.visual);
    const auto fused = AVInter(consistent.visual, consistent.audio);

    const auto relevance = view<shape<dyn, T>>(localize_module.classifier(fused));
    const auto category = localize_module.event_classifier(max<1>(fused));
    using field = var_field<typename Audio::tag>;
    if constexpr (Setting == setting::fully)
      return relevance_outputs<field, T, R, Categories, 256>{relevance, category, fused, map};
    else
      return weak_relevance_outputs<field, T, R, classes, 256>{relevance, category,
                                                               gated_probability(relevance, category), fused, map};
  }
  VSCG_OPERANDS(2, 2)
};

template <setting Setting, class Consistency, int Categories, int Da, int Dv>
requires(!host_variant<Consistency>.empty()) inline constexpr network_identity
    identity_of<cmran<Setting, Consistency, Categories, Da, Dv>> = host_identity("cmran", host_variant<Consistency>,
                                                                                 Setting, Categories);

}  // namespace vscg

#include <vscg/core/end.hpp>
