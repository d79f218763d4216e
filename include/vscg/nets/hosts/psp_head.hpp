// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/composites/score_segments.hpp>
#include <vscg/nets/vscg/escm.hpp>
#include <vscg/nets/vscg/event_head.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nets/vscg/weak_event_head.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/cosine_similarity.hpp>

namespace vscg {

/// What PSP-Net says about a video. T segments, R regions, C categories, H channels; background is last.
template <class Field, int T, int R, int C, int H>
struct scored_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T, H> fusion;              ///< the mean of both streams
  field<dyn, T, C + 1> segment_scores;  ///< logits; the prediction is their argmax
  field<dyn, T> similarity;             ///< cosine of the two streams, -1 … 1
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(fusion, segment_scores, similarity, attention)

  template <class F>
  using rebind = scored_outputs<F, T, R, C, H>;
};

/// Heads of PSP-Net on the mean f of both streams: segment scores relu(f·L1)·L2, and the similarity of the streams.
///
/// Names as released: v_classify, a_classify, L1, L2, L3, L4. Nothing reaches the first two and the last two; they are
/// kept so that published weights fit.
template <int Categories = 28, int C = 256>
struct psp_head {
  typename event_head<Categories, C>::classifier v_classify, a_classify;
  nn::linear_without_bias<C, 64, init::xavier_uniform> L1;
  nn::linear_without_bias<64, Categories + 1, init::xavier_uniform> L2;
  nn::linear<C, 64, init::xavier_uniform> L3;
  nn::linear<64, 2, init::xavier_uniform> L4;
  VSCG_MEMBERS(v_classify, a_classify, L1, L2, L3, L4)

  template <Var Audio, Var Visual, Var Map>
  auto operator()(const Audio& given_audio, const Visual& given_visual, const Map& given_attention) const {
    const auto audio = expect_shape<psp_head, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<psp_head>(audio, given_visual);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto attention = expect_shape<psp_head, shape<dyn, T, any_extent>>(given_attention);
    constexpr int R = extent<shape_of<decltype(attention)>, -1>;
    const auto fused = mean_of(visual, audio);
    const auto scores = L2(L1.with_relu(fused));
    const auto similarity = cosine_similarity(visual, audio);
    return scored_outputs<var_field<typename Map::tag>, T, R, Categories, C>{fused, scores, similarity, attention};
  }
  VSCG_OPERANDS(3, 3)
};

/// Heads of the weakly supervised PSP-Net: as `weak_event_head`, with other arrays. Only the smooth loss looks at the
/// smoothed probability.
///
/// Names as released: temperature, W1, W2, W3, L1, L2. Nothing reaches the first three; they are kept so that published
/// weights fit.
template <int Categories = 28, int C = 256>
struct weak_psp_head {
  parameter<init::uniform<1>, 1, Categories + 1> temperature;
  nn::linear_without_bias<C, 1> W1;
  nn::linear_without_bias<64, 1> W2;
  nn::linear_without_bias<Categories + 1, 1> W3;
  nn::linear_without_bias<C, 64, init::xavier_uniform> L1;
  nn::linear_without_bias<64, Categories + 1, init::xavier_uniform> L2;
  VSCG_MEMBERS(temperature, W1, W2, W3, L1, L2)

  template <Var Audio, Var Visual, Var Map>
  auto operator()(const Audio& given_audio, const Visual& given_visual, const Map& given_attention) const {
    const auto audio = expect_shape<weak_psp_head, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<weak_psp_head>(audio, given_visual);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto attention = expect_shape<weak_psp_head, shape<dyn, T, any_extent>>(given_attention);
    constexpr int R = extent<shape_of<decltype(attention)>, -1>;
    const auto [probability, scores, smooth] =
        compose(composites::score_segments<T, C, 64, Categories + 1>{}, visual, audio, operand(audio, L1.weight),
                operand(audio, L2.weight), operand(audio, W3.weight));
    return weak_event_outputs<var_field<typename Map::tag>, T, R, Categories>{probability, scores, smooth, attention};
  }
  VSCG_OPERANDS(3, 3)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
