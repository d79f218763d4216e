// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/atomic_file.hpp>
#include <vscg/io/input_file.hpp>

namespace vscg::io {

/// Objects keep the order of insertion, so that files read as they were meant and bytes are reproducible.
using json = nlohmann::ordered_json;

/// Parses strictly: a repeated key is an error (parsers usually keep the last one silently), and so is nesting deeper
/// than `deepest`. Throws vscg::error naming `thing`.
template <class Json = json>
Json parse_json(std::string_view text, const std::string& thing, int deepest = 64) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, typename Json::parse_event_t event, Json& parsed) {
    if (depth > deepest) throw error(thing, "JSON of at most " + std::to_string(deepest) + " levels", "deeper nesting");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.template get_ref<const std::string&>();
      if (!keys.back().insert(key).second) throw error(thing, "every key once", "\"" + key + "\" twice");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const nlohmann::json::exception& problem) {
    throw error(thing, "valid JSON", problem.what());
  }
}

/// Indented text that ends with a newline. NaN and infinity, which JSON lacks, become null.
/// Throws vscg::error when a string is not UTF-8.
inline std::string json_text(const json& value, const std::string& thing, int indent = 2) {
  try {
    return value.dump(indent) + "\n";
  } catch (const json::exception& problem) {
    throw error(thing, "text in UTF-8", problem.what());
  }
}

/// Writes a value for people and programs, atomically.
inline void write_json(const std::filesystem::path& path, const json& value) {
  write_file(path, json_text(value, path.string()));
}

inline json read_json(const std::filesystem::path& path) {
  const input_file file(path);
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  file.read_at(0, std::as_writable_bytes(std::span(text)));
  return parse_json(text, path.string());
}

#if defined(VSCG_COMPILED_IO) && !defined(VSCG_COMPILED_HERE)
// Compiled once, in cmake/compiled_io.cpp: half of what a file that reads or writes JSON costs to compile.
extern template json parse_json(std::string_view, const std::string&, int);
extern template nlohmann::json parse_json(std::string_view, const std::string&, int);
#endif

}  // namespace vscg::io

#if defined(VSCG_COMPILED_IO) && !defined(VSCG_COMPILED_HERE)
extern template class nlohmann::basic_json<>;
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
#endif
