// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/members.hpp>
#include <vscg/core/shape.hpp>

namespace vscg {

/// What a fully supervised host says whose streams gate each other. T segments, R regions, C categories.
template <class Field, int T, int R, int C>
struct gated_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;      ///< logit: is there an event in this segment
  field<dyn, C> event_category;       ///< logits: which event, for the whole video
  field<dyn, T> gate;                 ///< product of both streams' gates, 0 … 1; a logit to the loss
  field<dyn, C> category_activation;  ///< logits: which event, by both streams' own classifiers
  field<dyn, T, R> attention;         ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, event_category, gate, category_activation, attention)

  template <class F>
  using rebind = gated_outputs<F, T, R, C>;
};

/// The same of a host that also compares each segment with its copy in noise. H channels.
template <class Field, int T, int R, int C, int H>
struct contrasted_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> event_relevance;      ///< logit: is there an event in this segment
  field<dyn, C> event_category;       ///< logits: which event, for the whole video
  field<dyn, T> gate;                 ///< product of both streams' gates, 0 … 1; a logit to the loss
  field<dyn, C> category_activation;  ///< logits: which event, by both streams' own classifiers
  field<dyn, T, H> contrast_query;    ///< what is compared of each segment, of length 1
  field<dyn, T, H> contrast_key;      ///< the same of its copy; without noise, as in inference, equal to it
  field<dyn, T, R> attention;         ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(event_relevance, event_category, gate, category_activation, contrast_query, contrast_key, attention)

  template <class F>
  using rebind = contrasted_outputs<F, T, R, C, H>;
};

/// What a host says that learns from one tag for each video; background is the last class.
template <class Field, int T, int R, int C>
struct weak_gated_outputs {
  static constexpr std::size_t categories{C};
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, T> gate;                   ///< how relevant each segment is, 0 … 1
  field<dyn, C + 1> raw_scores;         ///< logits: which event, for the whole video
  field<dyn, C + 1> video_probability;  ///< of the scores where they are relevant; sums to 1
  field<dyn, T, R> attention;           ///< shares of the regions; each row sums to 1
  VSCG_MEMBERS(gate, raw_scores, video_probability, attention)

  template <class F>
  using rebind = weak_gated_outputs<F, T, R, C>;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
