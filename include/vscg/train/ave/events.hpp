// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>

namespace vscg::train {

/// One event of a video: when it starts and ends, what it is, and how sure the network is.
struct localized_event {
  std::size_t category = 0;
  double start = 0;  ///< seconds
  double end = 0;    ///< seconds, exclusive
  double score = 0;  ///< mean over its segments of the category's score, 0 … 1
};

/// The events in a row of segment classes: maximal runs of one category; class C (`categories`) is background and no
/// event. Shapes: `classes` [T], `scores` [T, C + 1] as train::class_scores gives them, or empty (then scores are 0,
/// because the truth has none).
///
/// Throws vscg::expectation_error when the sizes do not fit or a class is above C.
inline std::vector<localized_event> find_events(std::span<const std::uint8_t> classes, std::span<const float> scores,
                                                std::size_t categories = 28, double seconds_per_segment = 1) {
  if (!scores.empty() && scores.size() != classes.size() * (categories + 1)) {
    throw expectation_error("scores of segments", std::to_string(classes.size() * (categories + 1)),
                            std::to_string(scores.size()));
  }
  std::vector<localized_event> events;
  for (std::size_t begin = 0, end = 0; begin < classes.size(); begin = end) {
    const std::size_t category = classes[begin];
    if (category > categories) {
      throw expectation_error("class of a segment", "at most " + std::to_string(categories), std::to_string(category));
    }
    double sum = 0;
    for (end = begin; end < classes.size() && classes[end] == category; ++end) {
      if (!scores.empty()) sum += static_cast<double>(scores[end * (categories + 1) + category]);
    }
    if (category == categories) continue;
    events.push_back({category, static_cast<double>(begin) * seconds_per_segment,
                      static_cast<double>(end) * seconds_per_segment, sum / static_cast<double>(end - begin)});
  }
  return events;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
