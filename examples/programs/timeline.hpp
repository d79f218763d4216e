// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include <vscg/train/ave/events.hpp>

namespace programs {

/// Rows of ten seconds, one below the other, with one mark per category:
///
///   video 7 (kdSAbrqKQZE): Flute
///     said  |..######..|  # Flute 2-8 s, score 0.91
///     truth |.#######..|  # Flute 1-8 s
class timeline {
 public:
  explicit timeline(const std::string& title) : text_("\n" + title + "\n") {}

  void add(const std::string& label, const std::vector<vscg::train::localized_event>& events,
           const std::vector<std::string>& names, bool scores) {
    std::string bar(10, '.');
    std::string legend;
    for (const auto& event : events) {
      const char mark = mark_of(event.category);
      for (auto t = static_cast<std::size_t>(event.start); t < static_cast<std::size_t>(event.end); ++t) bar[t] = mark;
      char line[64];
      std::snprintf(line, sizeof line, " %g-%g s", event.start, event.end);
      legend += std::string(legend.empty() ? "  " : ";  ") + mark + " " + names[event.category] + line;
      if (!scores) continue;
      std::snprintf(line, sizeof line, ", score %.2f", event.score);
      legend += line;
    }
    text_ += "  " + label + std::string(label.size() < 6 ? 6 - label.size() : 1, ' ') + "|" + bar + "|" + legend + "\n";
  }

  const std::string& text() const { return text_; }

 private:
  /// A category has the same mark in all rows.
  char mark_of(std::size_t category) {
    auto found = std::find(met_.begin(), met_.end(), category);
    if (found == met_.end()) found = met_.insert(met_.end(), category);
    constexpr char marks[] = "#=+%@*ox&$";
    return marks[static_cast<std::size_t>(found - met_.begin()) % (sizeof marks - 1)];
  }

  std::string text_;
  std::vector<std::size_t> met_;
};

}  // namespace programs
