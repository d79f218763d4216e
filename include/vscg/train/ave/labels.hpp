// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>

namespace vscg::train {

/// What is known about the videos of a batch, in the form that losses take. Class `categories` is background.
template <class Scalar>
struct labels {
  std::size_t items = 0;
  std::size_t segments = 0;
  std::size_t categories = 0;
  std::span<const std::uint8_t> segment_classes;  ///< [items, segments], 0 … categories
  std::span<const Scalar> tags;                   ///< [items, categories + 1]: share of segments of each class

  /// Throws vscg::expectation_error unless `segment_classes` are [items, t] of c categories.
  void expect_segment_classes(std::size_t t, std::size_t c) const {
    expect("labels: segments", t, segments);
    expect("labels: categories", c, categories);
    expect("labels: segment_classes", checked_product("labels: items", {items, t}), segment_classes.size());
  }
  /// Throws vscg::expectation_error unless `tags` are [items, c + 1].
  void expect_tags(std::size_t c) const {
    expect("labels: categories", c, categories);
    expect("labels: tags", checked_product("labels: items", {items, c + 1}), tags.size());
  }

 private:
  static void expect(const char* what, std::size_t expected, std::size_t found) {
    if (expected != found) throw expectation_error(what, std::to_string(expected), std::to_string(found));
  }
};

}  // namespace vscg::train

#include <vscg/core/end.hpp>
