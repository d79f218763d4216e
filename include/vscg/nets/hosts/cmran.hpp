// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/gated_probability.hpp>
#include <vscg/nets/hosts/relations.hpp>
#include <vscg/nets/hosts/relevance_outputs.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/over_axis.hpp>

namespace vscg {

/// CMRAN (Xu et al., ACM MM 2020), as released. Regions go through v_fc; their channels and places are weighed by the
/// sound; relations within and between the streams, and their interaction, give f.
///
///   fully:  relevance classifier(f), category event_classifier(max over time of f)
///   weakly: the same with a class for background, and `gated_probability` of both
///
/// Names as released: spatial_channel_att, v_fc, video_encoder, video_decoder, audio_encoder, audio_decoder, AVInter,
/// localize_module. The authors' checkpoints have the prefix "module.".
template <setting Setting = setting::fully, int Categories = 28, int Da = 128, int Dv = 512>
struct cmran {
  static constexpr int inner = 2048;
  static constexpr int classes = Categories + (Setting == setting::weakly ? 1 : 0);
  struct heads {
    nn::linear<256, 1> classifier;
    nn::linear<256, classes> event_classifier;
    VSCG_MEMBERS(classifier, event_classifier)
  };
  spatial_channel_attention<Da, Dv> spatial_channel_att;
  nn::linear<Dv, 512> v_fc;
  nn::dropout dropout{0.2};
  internal_relation<512, inner> video_encoder;
  cross_relation<512, cross_layer<inner>> video_decoder;
  internal_relation<Da, inner> audio_encoder;
  cross_relation<Da, cross_layer<inner>> audio_decoder;
  interaction<Setting == setting::fully ? 4 : 2> AVInter;
  heads localize_module;
  VSCG_MEMBERS(spatial_channel_att, v_fc, dropout, video_encoder, video_decoder, audio_encoder, audio_decoder, AVInter,
               localize_module)

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    const auto audio = expect_shape<cmran, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto picture = expect_shape<cmran, shape<dyn, T, any_extent, any_extent, Dv>>(given_visual);
    constexpr int R = extent<shape_of<decltype(picture)>, 2> * extent<shape_of<decltype(picture)>, 3>;
    const auto regions = dropout(v_fc.with_relu(view<shape<dyn, T, R, Dv>>(picture)));
    const auto [seen, map] = spatial_channel_att(regions, audio);

    const auto visual_within = video_encoder(seen);
    const auto audio_between = audio_decoder(audio, visual_within);
    const auto audio_within = audio_encoder(audio);
    const auto visual_between = video_decoder(seen, audio_within);
    const auto fused = AVInter(visual_between, audio_between);

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

}  // namespace vscg

#include <vscg/core/end.hpp>
