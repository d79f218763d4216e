// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>

// A video that is longer than a network's is seen through windows of the network's length. Letters: S seconds of the
// video, T seconds of a window, C categories; class C is background.

namespace vscg::train {

/// Where the windows of a video begin: at 0 and after every T - `overlap` seconds. The last one ends with the video, so
/// it may overlap more; no window is incomplete. A video of up to T seconds has one window, at 0.
///
/// Throws vscg::expectation_error when the video has no seconds or `overlap` is not below T.
inline std::vector<std::size_t> window_starts(std::size_t seconds, std::size_t length, std::size_t overlap) {
  if (seconds == 0) throw expectation_error("video", "at least one second", "none");
  if (overlap >= length) {
    throw expectation_error("overlap of windows", "less than their " + std::to_string(length) + " seconds",
                            std::to_string(overlap));
  }
  std::vector<std::size_t> starts;
  for (std::size_t begin = 0; begin + length < seconds; begin += length - overlap) starts.push_back(begin);
  starts.push_back(seconds > length ? seconds - length : 0);
  return starts;
}

/// Fills a window of a video that is shorter: `values` holds the window's seconds, of which the first `present` are
/// there; the others become copies of the last of these.
template <class T>
void repeat_last_second(std::span<T> values, std::size_t present, std::size_t values_of_second) {
  const auto last = values.subspan((present - 1) * values_of_second, values_of_second);
  for (std::size_t at = present * values_of_second; at < values.size(); at += values_of_second) {
    std::ranges::copy(last, values.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

/// Means over windows, second by second, of rows of numbers such as scores or attention.
class window_means {
 public:
  /// For a video of S seconds with rows of `width` numbers.
  window_means(std::size_t seconds, std::size_t width) : width_(width), sums_(seconds * width), windows_(seconds) {}

  /// Adds a window that begins at `start`: rows [T, width]. Rows after the video's end are left out.
  ///
  /// Throws vscg::expectation_error when the numbers are no whole rows or the window begins after the end.
  void add(std::size_t start, std::span<const float> rows) {
    if (rows.empty() || rows.size() % width_ != 0) {
      throw expectation_error("numbers of a window", "rows of " + std::to_string(width_), std::to_string(rows.size()));
    }
    if (start >= windows_.size()) {
      throw expectation_error("start of a window", "a second of the video's " + std::to_string(windows_.size()),
                              std::to_string(start));
    }
    const std::size_t last = std::min(windows_.size(), start + rows.size() / width_);
    for (std::size_t second = start; second < last; ++second) {
      ++windows_[second];
      for (std::size_t i = 0; i < width_; ++i) {
        sums_[second * width_ + i] += static_cast<double>(rows[(second - start) * width_ + i]);
      }
    }
  }

  /// [S, width]; zeros where no window was.
  std::vector<float> values() const {
    std::vector<float> means(sums_.size());
    for (std::size_t at = 0; at < sums_.size(); ++at) {
      means[at] = static_cast<float>(sums_[at] / static_cast<double>(std::max<std::size_t>(windows_[at / width_], 1)));
    }
    return means;
  }

 private:
  std::size_t width_;
  std::vector<double> sums_;
  std::vector<std::size_t> windows_;
};

/// Joins what windows say about a video. Each window has one vote for every second that it covers, its class there. The
/// class with the most votes wins; among equals the one whose mean score is higher, then the lower class index. With
/// one window the result is what that window says.
class window_votes {
 public:
  window_votes(std::size_t seconds, std::size_t categories)
      : classes_(categories + 1), votes_(seconds * classes_), scores_(seconds, classes_) {}

  /// Adds a window that begins at `start`: `classes` [T] and `scores` [T, C + 1], as train::predict and
  /// train::class_scores give them for one item. Seconds after the video's end are left out.
  ///
  /// Throws vscg::expectation_error when the sizes do not fit, a class is above C or the window begins after the end.
  void add(std::size_t start, std::span<const std::uint8_t> classes, std::span<const float> scores) {
    if (scores.size() != classes.size() * classes_) {
      throw expectation_error("scores of a window", std::to_string(classes.size() * classes_),
                              std::to_string(scores.size()));
    }
    for (const std::uint8_t c : classes) {
      if (c >= classes_) {
        throw expectation_error("class of a segment", "at most " + std::to_string(classes_ - 1), std::to_string(c));
      }
    }
    scores_.add(start, scores);
    const std::size_t last = std::min(votes_.size() / classes_, start + classes.size());
    for (std::size_t second = start; second < last; ++second) ++votes_[second * classes_ + classes[second - start]];
  }

  /// The class of each second: [S]; background where no window was.
  std::vector<std::uint8_t> classes() const {
    const std::vector<float> means = scores();
    std::vector<std::uint8_t> winners;
    for (std::size_t at = 0; at < votes_.size(); at += classes_) {
      std::size_t best = classes_ - 1;
      if (std::ranges::any_of(std::span(votes_).subspan(at, classes_), [](std::size_t n) { return n > 0; })) best = 0;
      for (std::size_t c = best + 1; c < classes_; ++c) {
        const bool more = votes_[at + c] > votes_[at + best];
        const bool surer = votes_[at + c] == votes_[at + best] && means[at + c] > means[at + best];
        if (more || surer) best = c;
      }
      winners.push_back(static_cast<std::uint8_t>(best));
    }
    return winners;
  }

  /// The mean over the windows of each second's scores: [S, C + 1].
  std::vector<float> scores() const { return scores_.values(); }

 private:
  std::size_t classes_;
  std::vector<std::size_t> votes_;  // [S, C + 1]
  window_means scores_;
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
