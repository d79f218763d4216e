// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/model/network_identity.hpp>

// What ave_evaluate and ave_localize do with what a weights file says.

namespace programs {

inline std::string network_text(const vscg::io::network_metadata& m) {
  return vscg::identity_text(m.network, m.setting, m.form);
}

/// The threshold of relevance: the one asked for, else the file's; none for a weakly supervised network, which has no
/// relevance. Throws vscg::error when it was asked for all the same, or is no share.
inline std::optional<double> relevance_threshold(const vscg::io::network_metadata& m, std::optional<double> asked) {
  if (m.setting == "weakly") {
    if (asked) {
      throw vscg::error("--threshold", "a fully supervised network, whose segments have a relevance",
                        "weights of " + network_text(m));
    }
    return std::nullopt;
  }
  if (asked && !(*asked >= 0 && *asked <= 1)) {
    throw vscg::error("--threshold", "a number from 0 to 1", std::to_string(*asked));
  }
  return asked ? asked : m.relevance_threshold;
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

/// The fields of a report that say what was run.
inline vscg::io::json report_of(const std::string& file, const vscg::io::network_metadata& m,
                                std::optional<double> threshold) {
  vscg::io::json report;
  report["weights"] = file;
  report["network"] = m.network;
  report["form"] = m.form;
  report["setting"] = m.setting;
  report["relevance_threshold"] = threshold ? vscg::io::json(*threshold) : vscg::io::json(nullptr);
  return report;
}

}  // namespace programs
