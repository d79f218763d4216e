// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <vscg/backend/single_group.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/core/math.hpp>
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

/// Outputs of a network that gives relevance and category (vscg::event_outputs), as views or arrays.
template <class Outputs>
concept RelevanceOutputs = requires(const Outputs& o) {
  o.event_relevance.values();
  o.event_category.values();
};

/// Outputs of a network that scores every class of every segment (all of VSCG's; the weakly supervised one has no
/// others).
template <class Outputs>
concept ScoreOutputs = requires(const Outputs& o) {
  o.segment_scores.values();
};

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

}  // namespace prediction_detail

/// The class of each segment by the segment scores: argmax over C + 1. This is the answer of weakly supervised
/// networks, and of fully supervised ones that were trained with a loss on segment scores.
///
/// Throws vscg::expectation_error when an output is not finite.
template <ScoreOutputs Outputs>
segment_prediction predict_by_scores(const Outputs& outputs) {
  using field = decltype(outputs.segment_scores);
  constexpr std::size_t classes = prediction_detail::last_extent<field>;
  const auto scores = outputs.segment_scores.values();
  prediction_detail::expect_finite(scores, "segment_scores");
  segment_prediction result{outputs.segment_scores.items, prediction_detail::time_extent<field>, classes - 1, {}};
  for (std::size_t at = 0; at < scores.size(); at += classes) {
    result.classes.push_back(prediction_detail::argmax(scores.subspan(at, classes)));
  }
  return result;
}

/// The class of each segment. Fully supervised: background where σ(relevance) ≤ `threshold`, else the video's category
/// (argmax). Weakly supervised: argmax of the segment scores; the threshold has no meaning there.
///
/// Throws vscg::expectation_error when an output is not finite.
template <class Outputs>
requires RelevanceOutputs<Outputs> || ScoreOutputs<Outputs> segment_prediction
predict(const Outputs& outputs, double threshold = default_relevance_threshold) {
  if constexpr (RelevanceOutputs<Outputs>) {
    constexpr std::size_t segments = prediction_detail::last_extent<decltype(outputs.event_relevance)>;
    constexpr std::size_t categories = prediction_detail::last_extent<decltype(outputs.event_category)>;
    const auto relevance = outputs.event_relevance.values();
    const auto category = outputs.event_category.values();
    prediction_detail::expect_finite(relevance, "event_relevance");
    prediction_detail::expect_finite(category, "event_category");
    segment_prediction result{outputs.event_relevance.items, segments, categories, {}};
    for (std::size_t i = 0; i < result.items; ++i) {
      const std::uint8_t which = prediction_detail::argmax(category.subspan(i * categories, categories));
      for (std::size_t t = 0; t < segments; ++t) {
        const bool event = math::sigmoid(static_cast<double>(relevance[i * segments + t])) > threshold;
        result.classes.push_back(event ? which : static_cast<std::uint8_t>(categories));
      }
    }
    return result;
  } else {
    return predict_by_scores(outputs);
  }
}

/// How likely the network finds each class of each segment: [N, T, C + 1], each row sums to 1.
///   fully:  σ(relevance)·softmax(category), and 1 − σ(relevance) for background.
///   weakly: softmax of the segment scores.
template <class Outputs>
requires RelevanceOutputs<Outputs> || ScoreOutputs<Outputs> std::vector<float> class_scores(const Outputs& outputs) {
  using namespace prediction_detail;
  if constexpr (RelevanceOutputs<Outputs>) {
    constexpr std::size_t segments = last_extent<decltype(outputs.event_relevance)>;
    constexpr std::size_t categories = last_extent<decltype(outputs.event_category)>;
    const auto relevance = outputs.event_relevance.values();
    const auto category = outputs.event_category.values();
    std::vector<float> scores(relevance.size() * (categories + 1));
    for (std::size_t at = 0; at < relevance.size(); ++at) {
      const double share = math::sigmoid(static_cast<double>(relevance[at]));
      float* const row = scores.data() + at * (categories + 1);
      softmax(category.subspan(at / segments * categories, categories), share, row);
      row[categories] = static_cast<float>(1 - share);
    }
    return scores;
  } else {
    constexpr std::size_t classes = last_extent<decltype(outputs.segment_scores)>;
    const auto from = outputs.segment_scores.values();
    std::vector<float> scores(from.size());
    for (std::size_t at = 0; at < from.size(); at += classes) {
      softmax(from.subspan(at, classes), 1, scores.data() + at);
    }
    return scores;
  }
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
