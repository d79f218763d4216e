// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/composites/score_events.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>

namespace vscg {

/// What a fully supervised network says about a video. Letters: T segments, R regions, C categories.
template <class Field, int T, int R, int C>
struct event_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;        ///< logit: is there an event in this segment
  field<dyn, C> event_category;         ///< logits: which event, for the whole video
  field<dyn, T> similarity;             ///< cosine of the two streams, -1 … 1
  field<dyn, T, C + 1> segment_scores;  ///< logits of each segment, background last
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, event_category, similarity, segment_scores, attention)

  template <class F>
  using rebind = event_outputs<F, T, R, C>;
};

/// Heads of the fully supervised VSCG on the mean f of both streams (paper section III-E): relevance f·L3, category
/// L4(max_t f), similarity of the streams, and segment scores relu(f·L1)·L2, which only some losses train.
///
/// Names as released: v_classify, a_classify, L1, L2, L3, L4, audio_gated, video_gated. Nothing reaches the first two
/// and the last two; they are kept so that published weights fit.
template <int Categories = 28, int C = 256>
struct event_head {
  struct classifier {
    nn::linear_without_bias<C, 64, init::xavier_uniform> L1;
    nn::linear_without_bias<64, Categories, init::xavier_uniform> L2;
    VSCG_MEMBERS(L1, L2)
  };
  classifier v_classify, a_classify;
  nn::linear_without_bias<C, 64, init::xavier_uniform> L1;
  nn::linear_without_bias<64, Categories + 1, init::xavier_uniform> L2;
  nn::linear<C, 1, init::xavier_uniform> L3;
  nn::linear<C, Categories, init::xavier_uniform> L4;
  nn::sequential<nn::linear<C, 1>> audio_gated, video_gated;
  VSCG_MEMBERS(v_classify, a_classify, L1, L2, L3, L4, audio_gated, video_gated)

  template <Var Audio, Var Visual, Var Map>
  auto operator()(const Audio& given_audio, const Visual& given_visual, const Map& given_attention) const {
    using tag = typename Map::tag;
    const auto audio = expect_shape<event_head, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<event_head>(audio, given_visual);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto attention = expect_shape<event_head, shape<dyn, T, any_extent>>(given_attention);
    constexpr int R = extent<shape_of<decltype(attention)>, -1>;
    const auto [fused, relevance, category, similarity] =
        compose(composites::score_events<T, C, Categories>{}, visual, audio, operand(audio, L3.weight),
                operand(audio, L3.bias), operand(audio, L4.weight), operand(audio, L4.bias));
    const auto scores = L2(L1.with_relu(fused));
    return event_outputs<var_field<tag>, T, R, Categories>{relevance, category, similarity, scores, attention};
  }
  VSCG_OPERANDS(3, 3)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
