// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <vscg/core/error.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/files/input_file.hpp>
#include <vscg/files/utf8.hpp>

namespace vscg::io {

/// Objects keep the order of insertion, so that files read as they were meant and bytes are reproducible.
using json = nlohmann::ordered_json;

namespace json_detail {

/// JSON allows only spaces between values, but the parser takes a zero byte for the end of the text.
inline void expect_no_zero(std::string_view text, const std::string& thing) {
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos)
    throw expectation_error(thing, "valid JSON", "a zero byte at byte " + std::to_string(zero));
}

}  // namespace json_detail

/// Receives what json_walk() finds. Every value is refused unless a derived class takes it.
///
/// Texts from outside that may be large or hostile are walked, not parsed: the parser's tree of values costs many times
/// the text, and destroying it needs memory, where a failure cannot be reported.
class json_events : public nlohmann::json_sax<json> {
 public:
  bool null() override { return refuse("null", "null"); }
  bool boolean(bool value) override { return refuse("boolean", value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return refuse("number", std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return refuse("number", std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override { return refuse("number", text); }
  bool string(string_t& value) override { return refuse("string", "\"" + clipped(value) + "\""); }
  bool binary(binary_t& /*value*/) override { return refuse("binary", "binary"); }
  bool start_object(std::size_t /*elements*/) override { return refuse("object", "an object"); }
  bool key(string_t& name) override { return refuse("key", "\"" + clipped(name) + "\""); }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*elements*/) override { return refuse("array", "a list"); }
  bool end_array() override { return true; }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& problem) override {
    throw expectation_error(thing_, "valid JSON", problem.what());
  }

 protected:
  explicit json_events(std::string thing) : thing_(std::move(thing)) {}

  /// Throws vscg::expectation_error: a value of this kind, written like this, is not expected here.
  virtual bool refuse(std::string_view kind, const std::string& text) = 0;

  const std::string& thing() const { return thing_; }

 private:
  std::string thing_;
};

/// Reads a JSON text from its first byte to its last and tells `events` what it finds. Throws vscg::expectation_error
/// naming `thing` if it is not JSON, and whatever the events throw.
template <class Json>
void json_walk(std::string_view text, const std::string& thing, nlohmann::json_sax<Json>& events) {
  json_detail::expect_no_zero(text, thing);
  if (text.starts_with("\xEF\xBB\xBF")) throw expectation_error(thing, "valid JSON", "a byte order mark");
  Json::sax_parse(text.begin(), text.end(), &events);
}

/// Parses strictly: a repeated key is an error (parsers usually keep the last one silently), and so is nesting deeper
/// than `deepest`. Throws vscg::expectation_error naming `thing`. Use it for texts that this library wrote; walk the
/// others.
template <class Json = json>
Json parse_json(std::string_view text, const std::string& thing, int deepest = 64) {
  json_detail::expect_no_zero(text, thing);
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, typename Json::parse_event_t event, Json& parsed) {
    if (depth > deepest)
      throw expectation_error(thing, "JSON of at most " + std::to_string(deepest) + " levels", "deeper nesting");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.template get_ref<const std::string&>();
      if (!keys.back().insert(key).second) throw expectation_error(thing, "every key once", "\"" + key + "\" twice");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), check);
  } catch (const nlohmann::json::exception& problem) {
    throw expectation_error(thing, "valid JSON", problem.what());
  }
}

/// A value as JSON writes it, on one line if `indent` is negative. NaN and infinity, which JSON lacks, become null.
/// Paths may hold any bytes but JSON is UTF-8, so each byte that does not belong to it becomes U+FFFD, the replacement
/// character.
template <class Json>
std::string json_dump(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// A text as JSON writes it, in quotes. Throws vscg::expectation_error naming `thing` when it is not UTF-8.
inline std::string json_quoted(const std::string& text, const std::string& thing) {
  const std::size_t bad = first_not_utf8(text);
  if (bad != std::string::npos) {
    throw expectation_error(thing, "text in UTF-8",
                            "the byte " + byte_text(text[bad]) + " at byte " + std::to_string(bad));
  }
  return json_dump(json(text));
}

/// `json_dump`, indented, with a newline at the end.
inline std::string json_text(const json& value, int indent = 2) { return json_dump(value, indent) + "\n"; }

/// Writes a value for people and programs, atomically.
inline void write_json(const std::filesystem::path& path, const json& value) { write_file(path, json_text(value)); }

inline json read_json(const std::filesystem::path& path) { return parse_json(input_file(path).text(), path.string()); }

#if defined(VSCG_COMPILED_IO) && !defined(VSCG_COMPILED_HERE)
// Compiled once, in cmake/compiled_io.cpp: this is half the compile time of a file that reads or writes JSON.
extern template json parse_json(std::string_view, const std::string&, int);
extern template void json_walk(std::string_view, const std::string&, nlohmann::json_sax<json>&);
extern template std::string json_dump(const json&, int);
#endif

}  // namespace vscg::io

#if defined(VSCG_COMPILED_IO) && !defined(VSCG_COMPILED_HERE)
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
#endif

#include <vscg/core/end.hpp>
