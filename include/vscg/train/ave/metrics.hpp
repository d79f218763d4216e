// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>

namespace vscg::train {

/// Counts segments by their true and their predicted class; all figures of an evaluation come from these counts.
/// Classes are 0 … C, where C is background (AVE: C = 28, a table of 29 × 29).
class confusion_matrix {
 public:
  explicit confusion_matrix(std::size_t categories = 28) : classes_(categories + 1), counts_(classes_ * classes_, 0) {}

  /// Adds segments; both arrays have one class per segment. Throws vscg::expectation_error, before counting anything,
  /// when their sizes differ or a class is out of range.
  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> predicted) {
    if (truth.size() != predicted.size()) {
      throw expectation_error("predictions to measure", std::to_string(truth.size()) + " segments",
                              std::to_string(predicted.size()));
    }
    for (const auto& list : {truth, predicted}) {
      for (const std::uint8_t c : list) {
        if (c >= classes_)
          throw expectation_error("class of a segment", "below " + std::to_string(classes_), std::to_string(c));
      }
    }
    for (std::size_t i = 0; i < truth.size(); ++i) ++counts_[truth[i] * classes_ + predicted[i]];
  }

  std::size_t classes() const { return classes_; }
  std::size_t categories() const { return classes_ - 1; }
  /// Segments of class `truth` that were predicted as `predicted`.
  std::size_t count(std::size_t truth, std::size_t predicted) const { return counts_[truth * classes_ + predicted]; }

  /// Number of segments counted.
  std::size_t total() const {
    std::size_t sum = 0;
    for (const std::size_t n : counts_) sum += n;
    return sum;
  }
  std::size_t right() const {
    std::size_t sum = 0;
    for (std::size_t c = 0; c < classes_; ++c) sum += count(c, c);
    return sum;
  }
  /// Segments right / all segments: the measure of the paper. 0 if nothing was counted.
  double accuracy() const { return share(right(), total()); }

  /// Segments of class `c`.
  std::size_t support(std::size_t c) const {
    std::size_t sum = 0;
    for (std::size_t p = 0; p < classes_; ++p) sum += count(c, p);
    return sum;
  }
  /// Segments that were predicted as `c`.
  std::size_t called(std::size_t c) const {
    std::size_t sum = 0;
    for (std::size_t t = 0; t < classes_; ++t) sum += count(t, c);
    return sum;
  }
  /// Share of the segments of class `c` that were predicted so: its accuracy. 0 if there are none.
  double recall(std::size_t c) const { return share(count(c, c), support(c)); }
  /// Share of the segments predicted as `c` that are right. 0 if there are none.
  double precision(std::size_t c) const { return share(count(c, c), called(c)); }

  /// The class with the most segments; the first of equal ones.
  std::size_t majority_class() const {
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes_; ++c) best = support(c) > support(best) ? c : best;
    return best;
  }
  /// The accuracy of always predicting the majority class: what any classifier must beat.
  double majority_accuracy() const { return share(support(majority_class()), total()); }

 private:
  static double share(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }

  std::size_t classes_;
  std::vector<std::size_t> counts_;
};

/// Segments right / all segments. Throws vscg::expectation_error when sizes differ or there are none.
inline double segment_accuracy(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> predicted) {
  if (truth.size() != predicted.size() || truth.empty()) {
    throw expectation_error("predictions to measure", std::to_string(truth.size()) + " segments, at least one",
                            std::to_string(predicted.size()));
  }
  const auto right = std::inner_product(truth.begin(), truth.end(), predicted.begin(), std::size_t{0}, std::plus<>{},
                                        [](std::uint8_t a, std::uint8_t b) { return a == b ? 1U : 0U; });
  return static_cast<double>(right) / static_cast<double>(truth.size());
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
