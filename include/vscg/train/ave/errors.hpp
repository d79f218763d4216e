// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>

// What kinds of errors a network makes: at the boundaries of events (the paper's Figures 7 and 8), between categories
// (Figures 9 and 10), or whether there is an event at all. Class C (`categories`) is background.

namespace vscg::train {

/// What is to be said about the answer for one segment. The kinds exclude each other.
enum class segment_verdict : std::uint8_t {
  right,
  other_category,  ///< both are events, of different categories
  boundary,        ///< the event was found, but begins or ends at another time: this segment lies between
  missed,          ///< an event is there, background was said, and it is no matter of a boundary
  invented         ///< the same the other way round
};
inline constexpr std::size_t segment_verdicts = 5;

inline const char* name_of(segment_verdict verdict) {
  constexpr std::array names{"right", "other category", "boundary", "missed", "invented"};
  return names[static_cast<std::size_t>(verdict)];
}

/// How many segments an event that was found begins and ends too late; negative: too early.
struct boundary_error {
  int start = 0;
  int end = 0;
};

/// Everything about one video.
struct video_errors {
  std::vector<segment_verdict> verdicts;   ///< [T]
  std::vector<boundary_error> boundaries;  ///< of the true events that were found
  std::size_t events = 0;                  ///< true ones

  std::size_t count(segment_verdict verdict) const {
    return static_cast<std::size_t>(std::count(verdicts.begin(), verdicts.end(), verdict));
  }
};

namespace errors_detail {

struct stretch {
  std::size_t begin = 0, end = 0;  ///< end excluded
};

/// Maximal stretches without background. Where an event begins and ends does not depend on its category, so a change of
/// category is no boundary.
inline std::vector<stretch> stretches(std::span<const std::uint8_t> classes, std::size_t background) {
  std::vector<stretch> found;
  for (std::size_t t = 0; t < classes.size(); ++t) {
    if (classes[t] == background) continue;
    if (found.empty() || found.back().end != t) found.push_back({t, t});
    ++found.back().end;
  }
  return found;
}

}  // namespace errors_detail

/// Compares the classes [T] that a network says with the true ones. Events are maximal stretches without background. A
/// true event is found if something was said during it; then it was said to begin where the first overlapping said
/// event begins, and to end where the last one ends.
///
/// Throws vscg::expectation_error when the sizes differ or a class is above C.
inline video_errors errors_of(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> said,
                              std::size_t categories = 28) {
  if (truth.size() != said.size()) {
    throw expectation_error("predictions to compare", std::to_string(truth.size()) + " segments",
                            std::to_string(said.size()));
  }
  video_errors result;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    for (const std::size_t c : {truth[t], said[t]}) {
      if (c > categories)
        throw expectation_error("class of a segment", "at most " + std::to_string(categories), std::to_string(c));
    }
    const bool there = truth[t] != categories, heard = said[t] != categories;
    result.verdicts.push_back(truth[t] == said[t] ? segment_verdict::right
                              : there && heard    ? segment_verdict::other_category
                              : there             ? segment_verdict::missed
                                                  : segment_verdict::invented);
  }
  const auto said_events = errors_detail::stretches(said, categories);
  for (const auto& event : errors_detail::stretches(truth, categories)) {
    ++result.events;
    const auto overlaps = [&](const auto& other) { return other.begin < event.end && event.begin < other.end; };
    const auto first = std::find_if(said_events.begin(), said_events.end(), overlaps);
    if (first == said_events.end()) continue;
    const auto last = std::find_if(said_events.rbegin(), said_events.rend(), overlaps);
    const auto between = [&](std::size_t one, std::size_t other) {
      for (std::size_t t = std::min(one, other); t < std::max(one, other); ++t) {
        auto& verdict = result.verdicts[t];
        if (verdict == segment_verdict::missed || verdict == segment_verdict::invented)
          verdict = segment_verdict::boundary;
      }
      return static_cast<int>(other) - static_cast<int>(one);
    };
    const int start = between(event.begin, first->begin);
    result.boundaries.push_back({start, between(event.end, last->end)});
  }
  return result;
}

/// Two categories, and how often a network says the one for the other.
struct category_confusion {
  std::size_t truth = 0, said = 0;
  std::size_t segments = 0;
  std::size_t videos = 0;  ///< with at least one such segment
};

/// Sums errors over videos.
class error_counts {
 public:
  explicit error_counts(std::size_t categories = 28) : categories_(categories) {}

  /// Adds a video and returns its errors. Throws what errors_of() throws, and then adds nothing.
  video_errors add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> said) {
    video_errors errors = errors_of(truth, said, categories_);
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> confused;
    for (std::size_t t = 0; t < truth.size(); ++t) {
      ++verdicts_[static_cast<std::size_t>(errors.verdicts[t])];
      if (errors.verdicts[t] == segment_verdict::other_category) ++confused[{truth[t], said[t]}];
    }
    for (const auto& [pair, segments] : confused) {
      auto& all = confused_.try_emplace(pair, category_confusion{pair.first, pair.second}).first->second;
      all.segments += segments;
      ++all.videos;
    }
    boundaries_.insert(boundaries_.end(), errors.boundaries.begin(), errors.boundaries.end());
    events_ += errors.events;
    return errors;
  }

  std::size_t segments(segment_verdict verdict) const { return verdicts_[static_cast<std::size_t>(verdict)]; }
  /// True events, and how many of them were found.
  std::size_t events() const { return events_; }
  std::size_t found() const { return boundaries_.size(); }
  /// The boundaries of all events that were found.
  const std::vector<boundary_error>& boundaries() const { return boundaries_; }

  /// Events with both boundaries right.
  std::size_t exact() const {
    return static_cast<std::size_t>(std::count_if(boundaries_.begin(), boundaries_.end(),
                                                  [](const auto& b) { return b.start == 0 && b.end == 0; }));
  }
  /// By how many segments a boundary of an event that was found is wrong in the mean; 0 if none was found.
  double mean_start_error() const { return mean(&boundary_error::start); }
  double mean_end_error() const { return mean(&boundary_error::end); }

  /// The categories that were confused, most segments first; in the order of the classes among equals.
  std::vector<category_confusion> confusions() const {
    std::vector<category_confusion> all;
    for (const auto& [pair, confusion] : confused_) all.push_back(confusion);
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.segments > b.segments; });
    return all;
  }

 private:
  double mean(int boundary_error::*side) const {
    double sum = 0;
    for (const auto& b : boundaries_) sum += std::abs(b.*side);
    return boundaries_.empty() ? 0 : sum / static_cast<double>(boundaries_.size());
  }

  std::size_t categories_;
  std::array<std::size_t, segment_verdicts> verdicts_{};
  std::vector<boundary_error> boundaries_;
  std::size_t events_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, category_confusion> confused_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
