// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/json.hpp>

// Reads and writes JSON objects of plain values without a tree of values: a tree allocates while it is destroyed, and a
// failure there ends the process.

namespace vscg::io {

/// An object whose values are plain (null, true, numbers, texts), or lists or objects of plain values. Accessors throw
/// vscg::expectation_error naming `thing` if the value is missing or of another kind.
class json_record {
 public:
  /// Throws vscg::expectation_error naming `thing` if the text is not such an object or repeats a key.
  json_record(std::string_view text, std::string thing) : thing_(std::move(thing)) {
    reader events(*this);
    json_walk(text, thing_, events);
  }

  bool has(std::string_view name) const { return find(name) != nullptr; }

  std::string text(std::string_view name) const { return get<std::string>(one(name), "a text"); }
  bool boolean(std::string_view name) const { return get<bool>(one(name), "true or false"); }
  std::uint64_t count(std::string_view name) const { return get<std::uint64_t>(one(name), "a count"); }
  double number(std::string_view name) const { return number_of(one(name)); }
  std::optional<double> optional_number(std::string_view name) const {
    const scalar& value = one(name);
    return std::holds_alternative<std::nullptr_t>(value) ? std::nullopt : std::optional(number_of(value));
  }
  std::vector<std::uint64_t> counts(std::string_view name) const {
    std::vector<std::uint64_t> all;
    for (const auto& [key, value] : group(name)) all.push_back(get<std::uint64_t>(value, "a count"));
    return all;
  }
  std::vector<double> numbers(std::string_view name) const {
    std::vector<double> all;
    for (const auto& [key, value] : group(name)) all.push_back(number_of(value));
    return all;
  }
  /// The entries of an object of numbers, in their order.
  std::vector<std::pair<std::string, double>> named_numbers(std::string_view name) const {
    std::vector<std::pair<std::string, double>> all;
    for (const auto& [key, value] : group(name)) all.emplace_back(key, number_of(value));
    return all;
  }

 private:
  using scalar = std::variant<std::nullptr_t, bool, std::uint64_t, std::int64_t, double, std::string>;
  using named = std::pair<std::string, scalar>;
  struct entry {
    std::string name;
    std::vector<named> values;
    bool is_group = false;
  };

  class reader final : public json_events {
   public:
    explicit reader(json_record& to) : json_events(to.thing_), to_(to) {}
    bool null() override { return take(nullptr); }
    bool boolean(bool value) override { return take(value); }
    bool number_integer(number_integer_t value) override { return take(value); }
    bool number_unsigned(number_unsigned_t value) override { return take(value); }
    bool number_float(number_float_t value, const string_t& /*text*/) override { return take(value); }
    bool string(string_t& value) override { return take(std::move(value)); }
    bool start_object(std::size_t /*elements*/) override { return open(false); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override { return open(true); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
      bool twice = false;
      if (depth_ == 1) {
        twice = to_.find(name) != nullptr;
        to_.entries_.push_back({name, {}, false});
      } else {
        for (const named& known : to_.entries_.back().values) twice = twice || known.first == name;
        key_ = name;
      }
      if (twice) throw expectation_error(thing(), "every key once", "\"" + clipped(name) + "\" twice");
      return true;
    }

   private:
    bool refuse(std::string_view /*kind*/, const std::string& text) override {
      throw expectation_error(thing(), "an object of plain values", text);
    }
    template <class Value>
    bool take(Value value) {
      if (depth_ == 0) refuse("", "another value");
      to_.entries_.back().values.emplace_back(key_, std::move(value));
      return true;
    }
    bool open(bool list) {
      if (depth_ == (list ? 0 : 2) || depth_ >= 2) refuse("", list ? "a list" : "an object within");
      if (depth_ == 1) to_.entries_.back().is_group = true;
      ++depth_;
      key_.clear();
      return true;
    }
    bool close() {
      --depth_;
      key_.clear();
      return true;
    }

    json_record& to_;
    int depth_ = 0;
    std::string key_;  // the last key of an object within the object
  };

  const entry* find(std::string_view name) const {
    for (const entry& known : entries_) {
      if (known.name == name) return &known;
    }
    return nullptr;
  }
  const entry& at(std::string_view name, bool is_group) const {
    const entry* const found = find(name);
    if (found == nullptr) throw expectation_error(thing_, "a value \"" + std::string(name) + "\"", "none");
    if (found->is_group != is_group) {
      throw expectation_error(thing_ + ": " + std::string(name), is_group ? "a list or an object" : "one value",
                              is_group ? "one value" : "several");
    }
    return *found;
  }
  const scalar& one(std::string_view name) const { return at(name, false).values.front().second; }
  const std::vector<named>& group(std::string_view name) const { return at(name, true).values; }

  template <class Value>
  Value get(const scalar& value, const char* expected) const {
    if (const Value* const held = std::get_if<Value>(&value)) return *held;
    throw expectation_error(thing_, expected, shown(value));
  }
  double number_of(const scalar& value) const {
    if (const auto* const whole = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*whole);
    if (const auto* const negative = std::get_if<std::int64_t>(&value)) return static_cast<double>(*negative);
    return get<double>(value, "a number");
  }
  static std::string shown(const scalar& value) {
    return std::visit(
        [](const auto& held) {
          using held_type = std::remove_cvref_t<decltype(held)>;
          if constexpr (std::same_as<held_type, std::string>) return "\"" + clipped(held) + "\"";
          if constexpr (!std::same_as<held_type, std::string>) return json_dump(json(held));
        },
        value);
  }

  std::string thing_;
  std::vector<entry> entries_;
};

/// A value as JSON writes it. Texts must be UTF-8: vscg::expectation_error otherwise. NaN and infinity, which JSON
/// lacks, are null.
inline std::string json_value(const std::string& text) { return json_quoted(text, "text for JSON"); }
template <class Number>
requires std::is_arithmetic_v<Number> std::string json_value(Number number) { return json_dump(json(number)); }
inline std::string json_value(const std::optional<double>& number) { return number ? json_value(*number) : "null"; }
template <class Number>
std::string json_value(const std::vector<Number>& numbers) {
  std::string text;
  for (const Number& number : numbers) text += (text.empty() ? "" : ",") + json_value(number);
  return "[" + text + "]";
}

/// Writes an object value by value, on one line, or with one value per line for people to read.
class json_writer {
 public:
  explicit json_writer(bool lines = false) : lines_(lines) {}

  template <class Value>
  json_writer& add(const std::string& name, const Value& value) {
    return add_json(name, json_value(value));
  }
  /// `value` is JSON already.
  json_writer& add_json(const std::string& name, const std::string& value) {
    text_ += (text_.empty() ? "" : ",") + std::string(lines_ ? "\n  " : "");
    text_ += json_value(name) + (lines_ ? ": " : ":") + value;
    return *this;
  }
  std::string text() const { return "{" + text_ + (lines_ ? "\n}\n" : "}"); }

 private:
  bool lines_;
  std::string text_;
};

}  // namespace vscg::io

#include <vscg/core/end.hpp>
