// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/random.hpp>
#include <vscg/data/annotations.hpp>
#include <vscg/data/synthesize_scene.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {
inline namespace VSCG_INSTRUCTION_SET {

/// The event of one row: its category and the segments start <= t < end (none if they are equal), with its line of
/// Annotations.txt.
struct synthetic_event {
  std::size_t category = 0, start = 0, end = 0;
  annotation text;
};

/// The categories of the AVE data set, in its order.
inline constexpr std::array<std::string_view, 28> ave_categories{"Church bell",
                                                                 "Male speech, man speaking",
                                                                 "Bark",
                                                                 "Fixed-wing aircraft, airplane",
                                                                 "Race car, auto racing",
                                                                 "Female speech, woman speaking",
                                                                 "Helicopter",
                                                                 "Violin, fiddle",
                                                                 "Flute",
                                                                 "Ukulele",
                                                                 "Frying (food)",
                                                                 "Truck",
                                                                 "Shofar",
                                                                 "Motorcycle",
                                                                 "Acoustic guitar",
                                                                 "Train horn",
                                                                 "Clock",
                                                                 "Banjo",
                                                                 "Goat",
                                                                 "Baby cry, infant cry",
                                                                 "Bus",
                                                                 "Chainsaw",
                                                                 "Cat",
                                                                 "Horse",
                                                                 "Toilet flush",
                                                                 "Rodents, rats, mice",
                                                                 "Accordion",
                                                                 "Mandolin"};

/// Row `row` of a generated data set. A quarter of the events fill the video; the others are 2 … 8 seconds long,
/// anywhere. More than a third of the segments are background.
inline synthetic_event generate_event(seed s, std::size_t row) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  dice draw(random_stream(s, "synthesize.event"), row);
  synthetic_event event;
  event.category = row % ave_categories.size();
  const std::size_t length = draw.chance(0.25) ? 10 : 2 + draw.below(7);
  event.start = draw.below(11 - length);
  event.end = event.start + length;
  event.text = {std::string(ave_categories[event.category]), "", "good", static_cast<int>(event.start),
                static_cast<int>(event.end)};
  for (int i = 0; i < 11; ++i) event.text.video_id += letters[draw.below(letters.size())];
  return event;
}

/// The rows of an Annotations.txt. Throws `vscg::expectation_error` naming file and line.
inline std::vector<synthetic_event> read_events(const std::filesystem::path& file) {
  const annotation_list list = read_annotations(file);
  if (list.entries.empty()) throw expectation_error(file.string(), "at least one annotation", "none");
  std::vector<synthetic_event> events;
  for (std::size_t row = 0; row < list.entries.size(); ++row) {
    const annotation& entry = list.entries[row];
    events.push_back(
        {list.category_index[row], static_cast<std::size_t>(entry.start), static_cast<std::size_t>(entry.end), entry});
  }
  return events;
}

/// Rows of the three splits; as in the real ones, each is sorted by category, in random order within one.
struct synthetic_splits {
  std::vector<std::int64_t> train, validation, test;
};

/// Divides the rows so that every split has its share of every category. `held_out` rows go to validation, and as many
/// to test.
inline synthetic_splits split_rows(std::span<const synthetic_event> events, std::size_t held_out, seed s) {
  const random_stream order(s, "synthesize.split");
  std::vector<std::int64_t> rows(events.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
  std::sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) {
    const auto key = [&](std::int64_t row) {
      const auto i = static_cast<std::size_t>(row);
      return std::pair(events[i].category, order.bits(i));
    };
    return key(a) < key(b);
  });
  // Takes every n-th of the list: the list is sorted by category, so each category gives its share.
  const auto take = [](std::vector<std::int64_t>& from, std::size_t count) {
    std::vector<std::int64_t> taken, left;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const bool chosen = (i + 1) * count / from.size() > i * count / from.size();
      (chosen ? taken : left).push_back(from[i]);
    }
    from = std::move(left);
    return taken;
  };
  synthetic_splits splits;
  splits.validation = take(rows, held_out);
  splits.test = take(rows, held_out);
  splits.train = std::move(rows);
  return splits;
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg::data

#include <vscg/core/end.hpp>
