// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/utf8.hpp>
#include <vscg/io/json.hpp>

// Lists of names in metadata, such as those of the classes: JSON, so that any tool reads them.

namespace vscg::io {

namespace name_list_detail {

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
    throw expectation_error(thing(), inside_ ? "names" : "a JSON list of names", text);
  }

  bool inside_ = false;
};

}  // namespace name_list_detail

/// Reads a JSON list of at least one name, all of them different and without control characters. Throws
/// vscg::expectation_error naming `thing`.
inline std::vector<std::string> names_from_text(const std::string& text, const std::string& thing) {
  name_list_detail::name_list_events events(thing);
  json_walk(text, thing, events);
  if (events.names.empty()) throw expectation_error(thing, "a JSON list of names", text);
  std::set<std::string_view> seen;
  for (const std::string& name : events.names) {
    if (name.empty()) throw expectation_error(thing, "names", "\"\"");
    if (!seen.insert(name).second) throw expectation_error(thing, "every name once", name + " twice");
    for (std::size_t at = 0; at < name.size();) {
      const utf8_character c = utf8_at(name, at);
      if (is_control(c.value)) throw expectation_error(thing, "names without control characters", name);
      at += c.bytes;
    }
  }
  return std::move(events.names);
}

/// The list that names_from_text() reads back; throws on names that it would refuse.
inline std::string names_text(const std::vector<std::string>& names, const std::string& thing) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + json_quoted(name, thing);
  text = "[" + text + "]";
  names_from_text(text, thing);
  return text;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
