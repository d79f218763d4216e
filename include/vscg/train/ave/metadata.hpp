// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/range.hpp>
#include <vscg/io/name_list.hpp>
#include <vscg/io/network_metadata.hpp>

namespace vscg::train {

/// A segment of VSCG, fully supervised, is background when σ(relevance) is not above this.
inline constexpr double default_relevance_threshold = 0.7;

/// What a weights file says about a network for the AVE data set.
struct ave_metadata {
  std::string setting;                        ///< "fully" or "weakly"
  std::vector<std::string> categories;        ///< in the order of the class index, without background
  std::optional<double> relevance_threshold;  ///< none if the network scores every class of every segment
};

/// Reads this metadata. Throws vscg::expectation_error, beginning with `thing` (the file's name), that lists all
/// missing keys, or names the key whose value is invalid.
inline ave_metadata ave_metadata_of(const io::network_metadata& metadata, const std::string& thing) {
  const std::string* const setting = metadata.find("setting");
  const std::string* const categories = metadata.find("categories");
  const std::string* const threshold = metadata.find("relevance_threshold");
  std::string missing;
  const auto expect = [&](const std::string* value, const char* key) {
    if (value == nullptr) missing += (missing.empty() ? "" : ", ") + std::string(key);
  };
  expect(setting, "vscg.setting");
  expect(categories, "vscg.categories");
  const bool vscg = metadata.network == "vscg";  // of another network, its type says whether it has one
  if (vscg && setting != nullptr && *setting == "fully") expect(threshold, "vscg.relevance_threshold");
  if (!missing.empty())
    throw expectation_error(thing, "the metadata of a network for the AVE data set", "none of " + missing);

  if (*setting != "fully" && *setting != "weakly") {
    throw expectation_error(thing + ": vscg.setting", "fully or weakly", "\"" + *setting + "\"");
  }
  ave_metadata result{*setting, io::names_from_text(*categories, thing + ": vscg.categories"), std::nullopt};
  if (threshold != nullptr) {
    constexpr real_range range{0, 1};
    result.relevance_threshold = io::number_of(*threshold);
    if (!result.relevance_threshold || !range.holds(*result.relevance_threshold)) {
      throw expectation_error(thing + ": vscg.relevance_threshold", range.text(), "\"" + *threshold + "\"");
    }
  }
  return result;
}

/// The metadata of a network for the AVE data set: `metadata`, these category names in the order of the class index,
/// and, if it judges by relevance, the threshold of that. Throws vscg::expectation_error for names that no file can
/// hold.
inline io::network_metadata with_categories(io::network_metadata metadata, const std::vector<std::string>& categories,
                                            std::optional<double> relevance_threshold) {
  metadata.settings["categories"] = io::names_text(categories, "metadata to write: vscg.categories");
  if (relevance_threshold) metadata.settings["relevance_threshold"] = io::number_text(*relevance_threshold);
  return metadata;
}
/// The same of VSCG, with its own threshold.
inline io::network_metadata with_categories(const io::network_metadata& metadata,
                                            const std::vector<std::string>& categories) {
  const std::string* const setting = metadata.find("setting");
  const bool fully = setting != nullptr && *setting == "fully";
  return with_categories(metadata, categories, fully ? std::optional(default_relevance_threshold) : std::nullopt);
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
