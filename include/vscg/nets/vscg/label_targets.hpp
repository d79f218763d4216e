// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Targets of losses from the classes of segments, one after another; class `categories` is background.

namespace vscg::label_targets {

/// The category of the first event among the segments of a video; `categories` if it has none.
inline std::size_t category_of(std::span<const std::uint8_t> classes, std::size_t categories) {
  const auto event = std::find_if(classes.begin(), classes.end(), [&](auto c) { return c < categories; });
  return event == classes.end() ? categories : *event;
}

/// A row of `columns` for each segment, 1 in the column of its class.
template <class Scalar>
void fill_one_hot(std::span<const std::uint8_t> classes, std::size_t columns, std::vector<Scalar>& to) {
  to.assign(classes.size() * columns, Scalar(0));
  for (std::size_t i = 0; i < classes.size(); ++i) to[i * columns + classes[i]] = Scalar(1);
}

/// 1 where there is an event.
template <class Scalar>
void fill_foreground(std::span<const std::uint8_t> classes, std::size_t categories, std::vector<Scalar>& to) {
  to.assign(classes.size(), Scalar(0));
  for (std::size_t i = 0; i < classes.size(); ++i) to[i] = Scalar(classes[i] < categories ? 1 : 0);
}

/// 1/n on the n segments of a video that are events, else 0.
template <class Scalar>
void fill_event_shares(std::span<const std::uint8_t> classes, std::size_t segments, std::size_t categories,
                       std::vector<Scalar>& to) {
  fill_foreground(classes, categories, to);
  for (std::size_t first = 0; first < to.size(); first += segments) {
    const std::span<Scalar> video(to.data() + first, segments);
    const auto events = std::count(video.begin(), video.end(), Scalar(1));
    for (Scalar& share : video) share = share == Scalar(0) ? share : share / static_cast<Scalar>(events);
  }
}

/// The tags of labels like train::labels; throws vscg::expectation_error if these have other sizes.
template <class Labels, class Scalar>
void fill_tags(const Labels& l, std::size_t categories, std::vector<Scalar>& to) {
  l.expect_tags(categories);
  to.assign(l.tags.begin(), l.tags.end());
}

}  // namespace vscg::label_targets

#include <vscg/core/end.hpp>
