// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <vscg/backend/single_group.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>
#include <vscg/model/session.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/train/ave/metadata.hpp>

// Turns a network's outputs into a class for each segment. Letters: N videos, T segments, C categories; class C is
// background.

namespace vscg::train {

/// The class of each segment.
struct segment_prediction {
  std::size_t items = 0;
  std::size_t segments = 0;
  std::size_t categories = 0;
  std::vector<std::uint8_t> classes;  ///< [N, T], 0 … C

  std::span<const std::uint8_t> item(std::size_t i) const { return {classes.data() + i * segments, segments}; }
};

/// Outputs that give relevance as a probability. A segment is relevant from the threshold on, not only above it.
template <class Outputs>
concept ProbableRelevance = requires(const Outputs& o) {
  o.relevance_probability.values();
};

/// Outputs of a network that judges relevance by segment and the category by video: VSCG and most others, fully
/// supervised. Relevance is a logit (`event_relevance`), or a probability.
template <class Outputs>
concept RelevanceOutputs = requires(const Outputs& o) {
  o.event_category.values();
  requires ProbableRelevance<Outputs> || requires { o.event_relevance.values(); };
};

/// The same of a network that learned from tags: raw scores of C or C + 1 classes, and relevance as a logit
/// (`event_relevance`) or as a share (`gate`).
template <class Outputs>
concept RawScoreOutputs = requires(const Outputs& o) {
  o.raw_scores.values();
  Outputs::categories;
};

/// Outputs of a network that scores every class of every segment (all of VSCG's; the weakly supervised one has no
/// others).
template <class Outputs>
concept ScoreOutputs = requires(const Outputs& o) {
  o.segment_scores.values();
};

/// Outputs of a network that gives the probability of every class of every segment.
template <class Outputs>
concept ProbabilityOutputs = requires(const Outputs& o) {
  o.segment_probability.values();
};

/// Whether a threshold of relevance decides what is background.
template <class Outputs>
inline constexpr bool decides_by_relevance = RelevanceOutputs<Outputs> || RawScoreOutputs<Outputs>;

/// The same of a network on `Backend`.
template <class Network, class Scalar, class Backend>
inline constexpr bool judges_by_relevance = decides_by_relevance<typename session<Network, Scalar, Backend>::outputs>;

/// Outputs that `predict` and `class_scores` know.
template <class Outputs>
concept EventOutputs = decides_by_relevance<Outputs> || ScoreOutputs<Outputs> || ProbabilityOutputs<Outputs>;

namespace prediction_detail {

template <class Field>
inline constexpr std::size_t last_extent =
    static_cast<std::size_t>(Field::shape_type::extents[Field::shape_type::rank - 1]);
template <class Field>
inline constexpr std::size_t time_extent = static_cast<std::size_t>(Field::shape_type::extents[1]);

/// Overflow inside a network must not become a plausible class.
template <class Scalar>
void expect_finite(std::span<const Scalar> values, const char* what) {
  if (first_not_finite(values) == values.size()) return;
  throw expectation_error(std::string("the network's output ") + what, "finite numbers", "NaN or infinity");
}

template <class Scalar>
void softmax(std::span<const Scalar> from, double scale, float* to) {
  std::vector<double> row(from.begin(), from.end());
  kernels::softmax_forward<double>{row.size(), row.data(), row.data()}(single_group<double>{}, 0);
  for (std::size_t i = 0; i < row.size(); ++i) to[i] = static_cast<float>(scale * row[i]);
}

/// The first of the largest.
template <class Scalar>
std::uint8_t argmax(std::span<const Scalar> values) {
  return static_cast<std::uint8_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

/// How relevant each segment is, 0 … 1: [N, T].
template <class Outputs>
std::vector<double> relevance_of(const Outputs& outputs) {
  std::vector<double> shares;
  if constexpr (requires { outputs.event_relevance.values(); }) {
    const auto logits = outputs.event_relevance.values();
    prediction_detail::expect_finite(logits, "event_relevance");
    for (const auto logit : logits) shares.push_back(math::sigmoid(static_cast<double>(logit)));
  } else if constexpr (ProbableRelevance<Outputs>) {
    const auto values = outputs.relevance_probability.values();
    prediction_detail::expect_finite(values, "relevance_probability");
    shares.assign(values.begin(), values.end());
  } else {
    const auto values = outputs.gate.values();
    prediction_detail::expect_finite(values, "gate");
    shares.assign(values.begin(), values.end());
  }
  return shares;
}

/// The scores of each video's classes: [N, C], or [N, C + 1] with background.
template <class Outputs>
const auto& video_scores_of(const Outputs& outputs) {
  if constexpr (RelevanceOutputs<Outputs>)
    return outputs.event_category;
  else
    return outputs.raw_scores;
}

template <class Outputs>
constexpr std::size_t categories_of() {
  if constexpr (RelevanceOutputs<Outputs>)
    return last_extent<decltype(Outputs::event_category)>;
  else
    return Outputs::categories;
}

/// The scores, or probabilities, of each segment's classes: [N, T, C + 1].
template <class Outputs>
const auto& segment_scores_of(const Outputs& outputs) {
  if constexpr (ScoreOutputs<Outputs>)
    return outputs.segment_scores;
  else
    return outputs.segment_probability;
}

}  // namespace prediction_detail

/// The class of each segment by the segment's scores or probabilities: argmax over C + 1. This is the answer of
/// networks without a threshold of relevance, and of fully supervised ones that were trained with a loss on segment
/// scores.
///
/// Throws vscg::expectation_error when an output is not finite.
template <class Outputs>
requires ScoreOutputs<Outputs> || ProbabilityOutputs<Outputs> segment_prediction
predict_by_scores(const Outputs& outputs) {
  const auto& field = prediction_detail::segment_scores_of(outputs);
  using field_type = std::remove_cvref_t<decltype(field)>;
  constexpr std::size_t classes = prediction_detail::last_extent<field_type>;
  const auto scores = field.values();
  prediction_detail::expect_finite(scores, ScoreOutputs<Outputs> ? "segment_scores" : "segment_probability");
  segment_prediction result{field.items, prediction_detail::time_extent<field_type>, classes - 1, {}};
  for (std::size_t at = 0; at < scores.size(); at += classes) {
    result.classes.push_back(prediction_detail::argmax(scores.subspan(at, classes)));
  }
  return result;
}

/// The class of each segment. By relevance: background where it (σ of a logit) is not above `threshold` (a probability:
/// where it is below), else the video's class (argmax), which may itself be background if there are C + 1. By scores:
/// argmax of the segment's; the threshold has no meaning there.
///
/// Throws vscg::expectation_error when an output is not finite.
template <EventOutputs Outputs>
segment_prediction predict(const Outputs& outputs, double threshold = default_relevance_threshold) {
  if constexpr (decides_by_relevance<Outputs>) {
    const auto& field = prediction_detail::video_scores_of(outputs);
    constexpr std::size_t classes = prediction_detail::last_extent<std::remove_cvref_t<decltype(field)>>;
    const auto scores = field.values();
    const std::vector<double> relevance = prediction_detail::relevance_of(outputs);
    prediction_detail::expect_finite(scores, RelevanceOutputs<Outputs> ? "event_category" : "raw_scores");
    const std::size_t segments = relevance.size() / std::max<std::size_t>(field.items, 1);
    segment_prediction result{field.items, segments, prediction_detail::categories_of<Outputs>(), {}};
    for (std::size_t at = 0; at < relevance.size(); ++at) {
      const auto which = prediction_detail::argmax(scores.subspan(at / segments * classes, classes));
      const bool relevant = relevance[at] > threshold || (ProbableRelevance<Outputs> && relevance[at] == threshold);
      result.classes.push_back(relevant ? which : static_cast<std::uint8_t>(result.categories));
    }
    return result;
  } else {
    return predict_by_scores(outputs);
  }
}

/// How likely the network finds each class of each segment: [N, T, C + 1], each row sums to 1.
///   by relevance: relevance·softmax(the video's scores), and the rest for background.
///   by scores:    softmax of the segment's scores, or the network's own probabilities.
template <EventOutputs Outputs>
std::vector<float> class_scores(const Outputs& outputs) {
  using namespace prediction_detail;
  if constexpr (decides_by_relevance<Outputs>) {
    const auto& field = video_scores_of(outputs);
    constexpr std::size_t classes = last_extent<std::remove_cvref_t<decltype(field)>>;
    constexpr std::size_t categories = categories_of<Outputs>();
    const auto from = field.values();
    const std::vector<double> relevance = relevance_of(outputs);
    const std::size_t segments = relevance.size() / std::max<std::size_t>(field.items, 1);
    std::vector<float> scores(relevance.size() * (categories + 1), 0.0F);
    for (std::size_t at = 0; at < relevance.size(); ++at) {
      float* const row = scores.data() + at * (categories + 1);
      softmax(from.subspan(at / segments * classes, classes), relevance[at], row);
      row[categories] += static_cast<float>(1 - relevance[at]);
    }
    return scores;
  } else if constexpr (ScoreOutputs<Outputs>) {
    constexpr std::size_t classes = last_extent<decltype(outputs.segment_scores)>;
    const auto from = outputs.segment_scores.values();
    std::vector<float> scores(from.size());
    for (std::size_t at = 0; at < from.size(); at += classes) {
      softmax(from.subspan(at, classes), 1, scores.data() + at);
    }
    return scores;
  } else {
    const auto from = outputs.segment_probability.values();
    std::vector<float> scores;
    for (const auto x : from) scores.push_back(static_cast<float>(x));
    return scores;
  }
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
