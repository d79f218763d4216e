// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

/// What a network says that judges each segment by itself. T segments, R regions, C categories; background is last.
template <class Field, int T, int R, int C>
struct segment_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T, C + 1> segment_probability;  ///< each segment's row sums to 1; the prediction is its argmax
  field<dyn, T, R> attention;                ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(segment_probability, attention)

  template <class F>
  using rebind = segment_outputs<F, T, R, C>;
};

/// The same with scores instead of probabilities.
template <class Field, int T, int R, int C>
struct segment_score_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T, C + 1> segment_scores;  ///< logits; the prediction is each segment's argmax
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(segment_scores, attention)

  template <class F>
  using rebind = segment_score_outputs<F, T, R, C>;
};

/// The same with the similarity of the streams, which a loss may look at.
template <class Field, int T, int R, int C>
struct compared_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T, C + 1> segment_scores;  ///< logits; the prediction is each segment's argmax
  field<dyn, T> similarity;             ///< cosine of the two streams, -1 … 1
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(segment_scores, similarity, attention)

  template <class F>
  using rebind = compared_outputs<F, T, R, C>;
};

/// What a network says that learns from one tag for each video.
template <class Field, int T, int R, int C>
struct tagged_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, C + 1> video_probability;  ///< sums to 1
  field<dyn, T, C + 1> segment_scores;  ///< the prediction is their argmax
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(video_probability, segment_scores, attention)

  template <class F>
  using rebind = tagged_outputs<F, T, R, C>;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
