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

// How the programs use what a weights file says.

namespace programs {

/// The threshold of relevance: the one asked for, else the file's; none for a network that scores every class of every
/// segment. Throws vscg::expectation_error if one was asked for anyway.
inline std::optional<double> relevance_threshold(const networks::network& network, std::optional<double> asked) {
  if (asked && !network.ave().relevance_threshold) {
    throw vscg::expectation_error("--threshold", "a network that judges the relevance of segments",
                                  "weights of " + identity_text(network.metadata()));
  }
  return asked ? asked : network.ave().relevance_threshold;
}

/// Where the weights and the data disagree about a class index: "category 3 is Bark in the weights and Flute in the
/// data". Names that either does not know are skipped.
inline std::optional<std::string> categories_differ(const std::vector<std::string>& weights,
                                                    const std::vector<std::string>& data) {
  for (std::size_t i = 0; i < weights.size() && i < data.size(); ++i) {
    const std::string index = std::to_string(i);
    if (weights[i] == data[i] || weights[i] == "category " + index || data[i] == "category " + index) continue;
    return "category " + index + " is " + weights[i] + " in the weights and " + data[i] + " in the data";
  }
  return std::nullopt;
}

/// A text for JSON: bytes that are not UTF-8, which paths may hold, are replaced by U+FFFD.
inline std::string utf8_text(const std::string& text) {
  using vscg::io::json;
  return vscg::io::parse_json(vscg::io::json_dump(json(text)), "text").get<std::string>();
}

/// Like networks::open_network, or on the thread's card, but the error says what there is no room for.
inline std::unique_ptr<networks::network> open_network(const std::string& weights, std::size_t threads,
                                                       bool on_card = false) {
  return with_room_for("the weights of " + weights + " and a group of videos", [&] {
    return (on_card ? networks::open_network_on_card : networks::open_network)(weights, vscg::threads(threads));
  });
}

/// Like network::localize, but the error says what there is no room for.
inline void localize(networks::network& network, const networks::feature_source& videos, double threshold,
                     const std::function<void(const networks::localization&)>& take) {
  with_room_for("the results of " + std::to_string(videos.videos()) + " videos, read in groups",
                [&] { network.localize(videos, threshold, take); });
}

/// The fields of a report that say what was run, and on what.
inline vscg::io::json report_of(const std::string& file, const networks::network& network,
                                std::optional<double> threshold) {
  vscg::io::json report;
  report["weights"] = utf8_text(file);
  report["network"] = network.metadata().network;
  report["form"] = network.metadata().variant;
  report["setting"] = network.ave().setting;
  report["relevance_threshold"] = threshold ? vscg::io::json(*threshold) : vscg::io::json(nullptr);
  network.on().for_each_field([&](const char* name, const std::string& field) {
    report[name] = field.empty() ? vscg::io::json(nullptr) : vscg::io::json(field);
  });
  return report;
}

}  // namespace programs
