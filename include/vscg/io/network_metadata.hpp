// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/setting.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/name_list.hpp>
#include <vscg/model/identity_text.hpp>
#include <vscg/model/network_identity.hpp>

namespace vscg::io {

/// What a weights file says about itself. Stored as the safetensors metadata vscg.version, vscg.network (the name),
/// vscg.form (the variant), and vscg.<name> for each setting.
struct network_metadata {
  std::string version = VSCG_VERSION;           ///< of the library that wrote it
  std::string network;                          ///< its name
  std::string variant;                          ///< may be empty
  std::map<std::string, std::string> settings;  ///< words, numbers and JSON lists of names, as text

  /// Null if the file does not say it.
  const std::string* find(const std::string& setting) const {
    const auto found = settings.find(setting);
    return found == settings.end() ? nullptr : &found->second;
  }
};

/// The shortest text that reads back as the same number.
inline std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

/// Reads number_text() back; nothing if the text is anything but one number.
inline std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

namespace metadata_detail {

/// Throws unless it is "major.minor.patch" of a version that this library can read: of its own major number or older.
inline void check_version(const std::string& text, const std::string& thing) {
  std::array<int, 3> parts{};
  const char* position = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto result = std::from_chars(position, end, parts[i]);
    const bool separated = i + 1 == parts.size() ? result.ptr == end : result.ptr != end && *result.ptr == '.';
    if (result.ec != std::errc{} || parts[i] < 0 || !separated) {
      throw expectation_error(thing, "a version such as " VSCG_VERSION, "\"" + text + "\"");
    }
    position = result.ptr + (i + 1 < parts.size() ? 1 : 0);
  }
  if (parts[0] > VSCG_VERSION_MAJOR) throw expectation_error(thing, "at most " VSCG_VERSION " (this library)", text);
}

/// Names that no setting may have: the metadata's own keys, and those of checkpoints.
inline bool is_reserved(std::string_view setting) {
  return setting == "version" || setting == "network" || setting == "form" || setting == "format" ||
         setting == "checksum" || setting.starts_with("run.") || setting.starts_with("trainer.");
}

inline bool is_list(std::string_view text) { return text.starts_with('['); }

}  // namespace metadata_detail

/// Reads and checks the metadata of a weights file of any network. Keys that do not begin with "vscg." are ignored.
/// `thing` (the file's name) begins every error. Throws vscg::expectation_error that lists all missing keys, or names
/// the key whose value is invalid.
inline network_metadata metadata_from_map(const std::map<std::string, std::string>& map, const std::string& thing) {
  using namespace metadata_detail;
  std::string missing;
  for (const char* key : {"vscg.version", "vscg.network", "vscg.form"}) {
    if (!map.contains(key)) missing += (missing.empty() ? "" : ", ") + std::string(key);
  }
  if (!missing.empty()) {
    throw expectation_error(thing, "the metadata of a vscg network",
                            "none of " + missing + " (is it a weights file of vscg?)");
  }
  network_metadata metadata;
  metadata.version = map.at("vscg.version");
  check_version(metadata.version, thing + ": vscg.version");
  metadata.network = map.at("vscg.network");
  if (metadata.network.empty()) throw expectation_error(thing + ": vscg.network", "a name", "nothing");
  metadata.variant = map.at("vscg.form");
  constexpr std::string_view prefix = "vscg.";
  for (const auto& [key, value] : map) {
    if (!key.starts_with(prefix) || is_reserved(std::string_view(key).substr(prefix.size()))) continue;
    if (is_list(value)) names_from_text(value, thing + ": " + key);  // throws if it is not a list
    metadata.settings.emplace(key.substr(prefix.size()), value);
  }
  return metadata;
}

/// The map that metadata_from_map() reads back as the same metadata. It throws on anything that would be refused there,
/// so that no unreadable file is written.
inline std::map<std::string, std::string> metadata_to_map(const network_metadata& metadata) {
  std::map<std::string, std::string> map = {
      {"vscg.version", metadata.version}, {"vscg.network", metadata.network}, {"vscg.form", metadata.variant}};
  for (const auto& [setting, value] : metadata.settings) {
    if (setting.empty() || metadata_detail::is_reserved(setting)) {
      throw expectation_error("metadata to write", "names of settings",
                              "\"" + setting + "\", which has another meaning");
    }
    map.emplace("vscg." + setting, value);
  }
  for (const auto& [key, value] : map) {  // throws if it is not UTF-8
    json_quoted(key, "metadata to write");
    json_quoted(value, "metadata to write: " + key);
  }
  metadata_from_map(map, "metadata to write");
  return map;
}

/// vscg::identity_text() of what a file says: settings that are neither numbers nor lists are words.
inline std::string identity_text(const network_metadata& metadata) {
  std::vector<std::pair<std::string_view, std::string_view>> words;
  for (const auto& [setting, value] : metadata.settings) {
    if (!metadata_detail::is_list(value) && !number_of(value)) words.emplace_back(setting, value);
  }
  return vscg::identity_text(metadata.network, metadata.variant, std::move(words));
}

/// Whether the metadata has the same name and variant, and the same value for every setting that is a word.
inline bool has_identity(const network_metadata& metadata, const network_identity& own) {
  bool same = metadata.network == own.name && metadata.variant == own.variant;
  for (const network_setting& setting : own.settings()) {
    const std::string* const found = metadata.find(std::string(setting.name));
    same = same && (setting.is_number || (found != nullptr && *found == setting.text));
  }
  return same;
}

/// Throws vscg::expectation_error naming `thing` unless the metadata has this identity: its name, variant and settings.
/// If the file lists names, the number is compared with how many there are. Other entries are not compared.
inline void expect_identity(const network_metadata& metadata, const network_identity& own, const std::string& thing) {
  if (!has_identity(metadata, own)) {
    throw expectation_error(thing, "weights of " + vscg::identity_text(own), "weights of " + identity_text(metadata));
  }
  for (const network_setting& setting : own.settings()) {
    if (!setting.is_number) continue;
    const std::string what = thing + ": vscg." + std::string(setting.name);
    const std::string expected = number_text(setting.number);
    const std::string* const found = metadata.find(std::string(setting.name));
    if (found == nullptr) throw expectation_error(what, expected + ", as the network has", "none");
    if (metadata_detail::is_list(*found)) {
      const std::size_t names = names_from_text(*found, what).size();
      if (static_cast<double>(names) != setting.number)
        throw expectation_error(what, expected + " names", std::to_string(names));
    } else if (number_of(*found) != setting.number) {
      throw expectation_error(what, expected + ", as the network has", *found);
    }
  }
}

/// The metadata for a file of weights: the identity that is declared next to the network's type, with what its layers
/// were given. Callers may add settings that only the file has.
template <class Network>
network_metadata metadata_of(const setting_list& layers = {}) {
  static_assert(identity_of<Network>.named(), "vscg::io::metadata_of: specialize vscg::identity_of for this network");
  const network_identity own = identity_of<Network>.of(layers);
  network_metadata metadata;
  metadata.network = own.name;
  metadata.variant = own.variant;
  for (const network_setting& setting : own.settings()) {
    metadata.settings.emplace(setting.name,
                              setting.is_number ? number_text(setting.number) : std::string(setting.text));
  }
  return metadata;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
