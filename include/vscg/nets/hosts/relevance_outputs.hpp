// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/nn/linear.hpp>

namespace vscg {

/// The two classifiers of such hosts: of a segment's relevance, and of the video's category.
template <int Classes>
struct relevance_heads {
  nn::linear<256, 1> classifier;
  nn::linear<256, Classes> event_classifier;
  VSCG_MEMBERS(classifier, event_classifier)
};

/// What a fully supervised host says that judges relevance by segment and the category by video. T segments, R regions,
/// C categories, H channels.
template <class Field, int T, int R, int C, int H>
struct relevance_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;  ///< logit: is there an event in this segment
  field<dyn, C> event_category;   ///< logits: which event, for the whole video
  field<dyn, T, H> fusion;        ///< both streams as one
  field<dyn, T, R> attention;     ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, event_category, fusion, attention)

  template <class F>
  using rebind = relevance_outputs<F, T, R, C, H>;
};

/// The same of a host that gives relevance as a probability and has no fused stream.
template <class Field, int T, int R, int C>
struct matched_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> relevance_probability;  ///< how relevant each segment is, 0 … 1
  field<dyn, C> event_category;         ///< logits: which event, for the whole video
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(relevance_probability, event_category, attention)

  template <class F>
  using rebind = matched_outputs<F, T, R, C>;
};

/// The same of a host that learns from one tag for each video. It knows `Classes` classes: the categories, and maybe
/// background.
template <class Field, int T, int R, int Classes, int H, int C = Classes - 1>
struct weak_relevance_outputs {
  static constexpr std::size_t categories{C};
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;          ///< logit: is there an event in this segment
  field<dyn, Classes> raw_scores;         ///< logits: which event, for the whole video
  field<dyn, Classes> video_probability;  ///< of the scores where they are relevant; sums to 1
  field<dyn, T, H> fusion;                ///< both streams as one
  field<dyn, T, R> attention;             ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, raw_scores, video_probability, fusion, attention)

  template <class F>
  using rebind = weak_relevance_outputs<F, T, R, Classes, H, C>;
};

/// What a fully supervised host says that also judges by one stream alone, for its loss.
template <class Field, int T, int R, int C, int H>
struct self_relevance_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;  ///< logit: is there an event in this segment
  field<dyn, C> event_category;   ///< logits: which event, for the whole video
  field<dyn, C> category_self;    ///< the same by the picture alone
  field<dyn, T, H> fusion;        ///< both streams as one
  field<dyn, T, R> attention;     ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, event_category, category_self, fusion, attention)

  template <class F>
  using rebind = self_relevance_outputs<F, T, R, C, H>;
};

/// The same of a host that learns from one tag for each video; background is the last class.
template <class Field, int T, int R, int Classes, int H>
struct weak_self_relevance_outputs {
  static constexpr std::size_t categories{Classes - 1};
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;          ///< logit: is there an event in this segment
  field<dyn, Classes> raw_scores;         ///< logits: which event, for the whole video
  field<dyn, Classes> video_probability;  ///< of the scores where they are relevant; sums to 1
  field<dyn, Classes> self_probability;   ///< the same by the picture alone
  field<dyn, T, H> fusion;                ///< both streams as one
  field<dyn, T, R> attention;             ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, raw_scores, video_probability, self_probability, fusion, attention)

  template <class F>
  using rebind = weak_self_relevance_outputs<F, T, R, Classes, H>;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
