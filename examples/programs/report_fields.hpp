// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <vscg/io/json.hpp>
#include <vscg/train/ave/events.hpp>
#include <vscg/train/ave/metrics.hpp>

// What several programs write into their JSON in the same way; examples/README.md explains the fields.

namespace programs {

/// Accuracy, by class too, and the confusion matrix. `names` are those of all classes, background last.
inline vscg::io::json evaluation_fields(const vscg::train::confusion_matrix& counts,
                                        const std::vector<std::string>& names) {
  using vscg::io::json;
  json fields;
  fields["segments"] = counts.total();
  fields["segments_right"] = counts.right();
  fields["accuracy"] = counts.accuracy();
  fields["majority_class"] = names[counts.majority_class()];
  fields["majority_accuracy"] = counts.majority_accuracy();
  fields["classes"] = json::array();
  fields["confusion"] = json::array();
  for (std::size_t c = 0; c < counts.classes(); ++c) {
    json one;
    one["name"] = names[c];
    one["segments"] = counts.support(c);
    one["right"] = counts.count(c, c);
    one["said"] = counts.called(c);
    one["accuracy"] = counts.support(c) > 0 ? json(counts.recall(c)) : json(nullptr);
    one["precision"] = counts.called(c) > 0 ? json(counts.precision(c)) : json(nullptr);
    fields["classes"].push_back(one);
    json row = json::array();
    for (std::size_t p = 0; p < counts.classes(); ++p) row.push_back(counts.count(c, p));
    fields["confusion"].push_back(row);
  }
  return fields;
}

/// Events in their order; the truth has no scores.
inline vscg::io::json event_fields(const std::vector<vscg::train::localized_event>& events,
                                   const std::vector<std::string>& names, bool scores) {
  vscg::io::json list = vscg::io::json::array();
  for (const auto& event : events) {
    vscg::io::json one;
    one["category"] = names[event.category];
    one["start"] = event.start;
    one["end"] = event.end;
    if (scores) one["score"] = event.score;
    list.push_back(one);
  }
  return list;
}

}  // namespace programs
