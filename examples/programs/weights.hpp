// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/network_metadata.hpp>

#include "networks/network.hpp"
#include "programs/memory.hpp"

// What ave_evaluate and ave_localize do with what a weights file says.

namespace programs {

/// The threshold of relevance: the one asked for, else the file's; none for a weakly supervised network, which has no
/// relevance. Throws vscg::expectation_error when it was asked for all the same.
inline std::optional<double> relevance_threshold(const networks::network& network, std::optional<double> asked) {
  if (network.ave().setting == "weakly") {
    if (asked) {
      throw vscg::expectation_error("--threshold", "a fully supervised network, whose segments have a relevance",
                                    "weights of " + identity_text(network.metadata()));
    }
    return std::nullopt;
  }
  return asked ? asked : network.ave().relevance_threshold;
}

/// What class indices mean to the weights and to the data, where they do not agree: "category 3 is Bark in the weights
/// and Flute in the data". Names that the data does not know are left out.
inline std::optional<std::string> categories_differ(const std::vector<std::string>& weights,
                                                    const std::vector<std::string>& data) {
  for (std::size_t i = 0; i < weights.size() && i < data.size(); ++i) {
    const std::string index = std::to_string(i);
    if (weights[i] == data[i] || weights[i] == "category " + index || data[i] == "category " + index) continue;
    return "category " + index + " is " + weights[i] + " in the weights and " + data[i] + " in the data";
  }
  return std::nullopt;
}

/// A text for JSON: bytes that are no UTF-8, as paths may hold them, are replaced by U+FFFD.
inline std::string utf8_text(const std::string& text) {
  using vscg::io::json;
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

/// networks::open_network, which says what there is no room for.
inline std::unique_ptr<networks::network> open_network(const std::string& weights, std::size_t threads) {
  return with_room_for("the weights of " + weights + " and a group of videos",
                       [&] { return networks::open_network(weights, vscg::threads(threads)); });
}

/// network::localize, which says what there is no room for.
inline void localize(networks::network& network, const networks::feature_source& videos, double threshold,
                     const std::function<void(const networks::localization&)>& take) {
  with_room_for("what is said of " + std::to_string(videos.videos()) + " videos, read in groups",
                [&] { network.localize(videos, threshold, take); });
}

/// The fields of a report that say what was run.
inline vscg::io::json report_of(const std::string& file, const networks::network& network,
                                std::optional<double> threshold) {
  vscg::io::json report;
  report["weights"] = utf8_text(file);
  report["network"] = network.metadata().network;
  report["form"] = network.metadata().variant;
  report["setting"] = network.ave().setting;
  report["relevance_threshold"] = threshold ? vscg::io::json(*threshold) : vscg::io::json(nullptr);
  return report;
}

}  // namespace programs
