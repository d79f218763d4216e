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
#include <vscg/nn/linear.hpp>

namespace vscg {

/// What a weakly supervised network says about a video. T segments, R regions, C categories; background is last.
template <class Field, int T, int R, int C>
struct weak_event_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, C + 1> video_probability;   ///< p = softmax(mean over time of the scores)
  field<dyn, T, C + 1> segment_scores;   ///< weighted scores; the prediction is their argmax
  field<dyn, C + 1> smooth_probability;  ///< p' = softmax(p)
  field<dyn, T, R> attention;            ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(video_probability, segment_scores, smooth_probability, attention)

  template <class F>
  using rebind = weak_event_outputs<F, T, R, C>;
};

/// Heads of the weakly supervised VSCG on the mean f of both streams: s = relu(f·L1)·L2, weighted by the branch
/// s σ(relu(s·W3)), and averaged over time.
///
/// Names as released: W1, W2, W3, L1, L2, L3. Nothing reaches W1, W2 and L3; they are kept so that published weights
/// fit.
template <int Categories = 28, int C = 256>
struct weak_event_head {
  nn::linear_without_bias<C, 1> W1;
  nn::linear_without_bias<64, 1> W2;
  nn::linear_without_bias<Categories + 1, 1> W3;
  nn::linear_without_bias<C, 64, init::xavier_uniform> L1;
  nn::linear_without_bias<64, Categories + 1, init::xavier_uniform> L2;
  nn::linear_without_bias<128, 64, init::xavier_uniform> L3;
  VSCG_MEMBERS(W1, W2, W3, L1, L2, L3)

  template <Var Audio, Var Visual, Var Map>
  auto operator()(const Audio& given_audio, const Visual& given_visual, const Map& given_attention) const {
    using tag = typename Map::tag;
    const auto audio = expect_shape<weak_event_head, shape<dyn, any_extent, C>>(given_audio);
    const auto visual = expect_same_shape<weak_event_head>(audio, given_visual);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto attention = expect_shape<weak_event_head, shape<dyn, T, any_extent>>(given_attention);
    constexpr int R = extent<shape_of<decltype(attention)>, -1>;
    const auto [probability, scores, smooth] =
        compose(composites::score_segments<T, C, 64, Categories + 1>{}, visual, audio, operand(audio, L1.weight),
                operand(audio, L2.weight), operand(audio, W3.weight));
    return weak_event_outputs<var_field<tag>, T, R, Categories>{probability, scores, smooth, attention};
  }
  VSCG_OPERANDS(3, 3)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
