// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/files/utf8.hpp>
#include <vscg/io/json.hpp>

namespace vscg::io {

/// What a weights file says about itself, so that the file alone is enough to run it. Stored as the safetensors
/// metadata vscg.version, vscg.network, vscg.form, vscg.setting, vscg.categories (a JSON list),
/// vscg.relevance_threshold and vscg.tau.
struct network_metadata {
  std::string version = VSCG_VERSION;              // of the library that wrote it
  std::string network;                             // "vscg_net", "vscg_net_weakly", ..
  std::string form = "released";                   // or "paper"
  std::string setting = "fully";                   // or "weakly"
  std::vector<std::string> categories;             // in the order of the class index, without background
  std::optional<double> relevance_threshold = {};  // fully only: background when sigmoid(relevance) <= this; in [0, 1]
  double tau = 0.099;                              // PSP's threshold, in [0, 1]
};

namespace metadata_detail {

/// The shortest text that reads back as the same number.
inline std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

inline double number(const std::string& text, const std::string& thing) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size() || !(value >= 0 && value <= 1)) {
    throw error(thing, "a number from 0 to 1", "\"" + text + "\"");
  }
  return value;
}

/// Throws unless it is "major.minor.patch" of a version that this library can read: of its own major number or older.
inline void check_version(const std::string& text, const std::string& thing) {
  std::array<int, 3> parts{};
  const char* position = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto result = std::from_chars(position, end, parts[i]);
    const bool separated = i + 1 == parts.size() ? result.ptr == end : result.ptr != end && *result.ptr == '.';
    if (result.ec != std::errc{} || parts[i] < 0 || !separated) {
      throw error(thing, "a version such as " VSCG_VERSION, "\"" + text + "\"");
    }
    position = result.ptr + (i + 1 < parts.size() ? 1 : 0);
  }
  if (parts[0] > VSCG_VERSION_MAJOR) throw error(thing, "at most " VSCG_VERSION " (this library)", text);
}

inline void check_choice(const std::string& text, std::string_view first, std::string_view second,
                         const std::string& thing) {
  if (text != first && text != second) {
    throw error(thing, std::string(first) + " or " + std::string(second), "\"" + text + "\"");
  }
}

/// A JSON list of texts.
class name_list_events final : public json_events {
 public:
  explicit name_list_events(std::string thing) : json_events(std::move(thing)) {}

  std::vector<std::string> names;

  bool start_array(std::size_t elements) override {
    if (std::exchange(inside_, true)) json_events::start_array(elements);
    return true;
  }
  bool string(string_t& name) override {
    if (!inside_) json_events::string(name);
    names.push_back(std::move(name));
    return true;
  }

 private:
  bool refuse(std::string_view /*kind*/, const std::string& text) override {
    throw error(thing(), inside_ ? "names" : "a JSON list of names", text);
  }

  bool inside_ = false;
};

inline std::vector<std::string> category_list(const std::string& text, const std::string& thing) {
  name_list_events events(thing);
  json_walk(text, thing, events);
  if (events.names.empty()) throw error(thing, "a JSON list of names", text);
  std::set<std::string_view> seen;
  for (const std::string& name : events.names) {
    if (name.empty()) throw error(thing, "names", "\"\"");
    if (!seen.insert(name).second) throw error(thing, "every name once", name + " twice");
    for (std::size_t at = 0; at < name.size();) {
      const utf8_character c = utf8_at(name, at);
      if (is_control(c.value)) throw error(thing, "names without control characters", name);
      at += c.bytes;
    }
  }
  return std::move(events.names);
}

inline std::string category_text(const std::vector<std::string>& names, const std::string& thing) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + json_quoted(name, thing);
  return "[" + text + "]";
}

}  // namespace metadata_detail

/// Reads and checks the metadata of a weights file. Other keys are ignored. `thing` (the file's name) begins every
/// error. Throws vscg::error that lists all missing keys, or names the key whose value is invalid.
inline network_metadata metadata_from_map(const std::map<std::string, std::string>& map, const std::string& thing) {
  using namespace metadata_detail;
  std::string missing;
  for (const char* key : {"vscg.version", "vscg.network", "vscg.form", "vscg.setting", "vscg.categories", "vscg.tau"}) {
    if (!map.contains(key)) missing += (missing.empty() ? "" : ", ") + std::string(key);
  }
  const auto setting = map.find("vscg.setting");
  const auto threshold = map.find("vscg.relevance_threshold");
  if (setting != map.end() && setting->second == "fully" && threshold == map.end()) {
    missing += (missing.empty() ? "" : ", ") + std::string("vscg.relevance_threshold");
  }
  if (!missing.empty()) {
    throw error(thing, "the metadata of a vscg network", "none of " + missing + " (is it a weights file of vscg?)");
  }

  network_metadata metadata;
  metadata.version = map.at("vscg.version");
  check_version(metadata.version, thing + ": vscg.version");
  metadata.network = map.at("vscg.network");
  if (metadata.network.empty()) throw error(thing + ": vscg.network", "a name", "nothing");
  metadata.form = map.at("vscg.form");
  check_choice(metadata.form, "released", "paper", thing + ": vscg.form");
  metadata.setting = map.at("vscg.setting");
  check_choice(metadata.setting, "fully", "weakly", thing + ": vscg.setting");
  metadata.categories = category_list(map.at("vscg.categories"), thing + ": vscg.categories");
  if (threshold != map.end()) {
    metadata.relevance_threshold = number(threshold->second, thing + ": vscg.relevance_threshold");
  }
  metadata.tau = number(map.at("vscg.tau"), thing + ": vscg.tau");
  return metadata;
}

/// The map that metadata_from_map() reads back as the same; it throws on what that would refuse, so that no file is
/// written that cannot be read.
inline std::map<std::string, std::string> metadata_to_map(const network_metadata& metadata) {
  using metadata_detail::number_text;
  std::map<std::string, std::string> map = {
      {"vscg.version", metadata.version},
      {"vscg.network", metadata.network},
      {"vscg.form", metadata.form},
      {"vscg.setting", metadata.setting},
      {"vscg.categories", metadata_detail::category_text(metadata.categories, "metadata to write: vscg.categories")},
      {"vscg.tau", number_text(metadata.tau)},
  };
  if (metadata.relevance_threshold) {
    map.emplace("vscg.relevance_threshold", number_text(*metadata.relevance_threshold));
  }
  for (const auto& [key, value] : map) json_quoted(value, "metadata to write: " + key);  // throws when it is no text
  metadata_from_map(map, "metadata to write");
  return map;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
