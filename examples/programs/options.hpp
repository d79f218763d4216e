// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/range.hpp>

// Options whose values are checked before anything is done with them. CLI11's own conversions take signs, octal and
// hexadecimal numbers, wrap around, and accept an enumeration's numbers for its names.

namespace programs {

using vscg::real_range;
using vscg::whole_range;

inline constexpr whole_range any_seed{0, UINT64_MAX};
inline constexpr whole_range any_threads{1, 1024};
inline constexpr real_range any_share{0, 1};

template <class Value>
using choices = std::vector<std::pair<std::string, Value>>;

/// A value as a message shows it.
inline std::string shown(std::string_view text) {
  if (text.empty()) return "nothing";
  const bool spaced = text.find_first_of(" \t\n\r") != std::string_view::npos;
  return spaced ? '"' + std::string(text) + '"' : std::string(text);
}

/// The number in a text, which must be the whole text and decimal. Throws vscg::expectation_error, which names the
/// option, for anything else and for a number out of range. Whole numbers are digits only, without sign, space,
/// fraction and exponent; leading zeros mean nothing.
template <class Number, class Range>
Number number_of(const std::string& option, std::string_view text, Range range) {
  Number value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || !range.holds(value)) {
    throw vscg::expectation_error(option, range.text(), shown(text));
  }
  return value;
}

inline std::uint64_t whole_number(const std::string& option, std::string_view text, whole_range range) {
  return number_of<std::uint64_t>(option, text, range);
}

inline double real_number(const std::string& option, std::string_view text, real_range range) {
  return number_of<double>(option, text, range);
}

/// Adds an option with a whole number; `to` may be a std::optional. Its help ends with the range.
template <class Number>
CLI::Option* add_whole_number(CLI::App& app, const std::string& name, Number& to, whole_range range,
                              const std::string& what) {
  return app
      .add_option_function<std::string>(
          name, [&to, name, range](const std::string& text) { to = whole_number(name, text, range); },
          what + "; " + range.text())
      ->type_name("N");
}

/// Adds an option with whole numbers, separated by commas or given one after the other.
inline CLI::Option* add_whole_numbers(CLI::App& app, const std::string& name, std::vector<std::size_t>& to,
                                      whole_range range, const std::string& what) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [&to, name, range](const std::vector<std::string>& texts) {
            to.clear();
            for (const std::string& text : texts) {
              for (std::size_t begin = 0; begin <= text.size();) {
                const std::size_t end = std::min(text.find(',', begin), text.size());
                to.push_back(whole_number(name, std::string_view(text).substr(begin, end - begin), range));
                begin = end + 1;
              }
            }
            if (to.empty()) throw vscg::expectation_error(name, range.text(), "nothing");
          },
          what + "; " + range.text())
      ->option_text("N,N,...");
}

/// Adds an option with a number; `to` may be a std::optional. Its help ends with the range.
template <class Number>
CLI::Option* add_real_number(CLI::App& app, const std::string& name, Number& to, real_range range,
                             const std::string& what) {
  return app
      .add_option_function<std::string>(
          name, [&to, name, range](const std::string& text) { to = real_number(name, text, range); },
          what + "; " + range.text())
      ->type_name("X");
}

/// Adds an option whose value is exactly one of some names; `to` may be a std::optional. Its help lists the names.
template <class To, class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name, To& to, choices<Value> known, const std::string& what) {
  std::string names, listed;
  for (std::size_t i = 0; i < known.size(); ++i) {
    listed += (i == 0 ? "" : "|") + known[i].first;
    names += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + known[i].first;
  }
  return app
      .add_option_function<std::string>(
          name,
          [&to, name, names, known = std::move(known)](const std::string& text) {
            for (const auto& [choice, value] : known) {
              if (text != choice) continue;
              to = value;
              return;
            }
            throw vscg::expectation_error(name, names, shown(text));
          },
          what)
      ->type_name(listed);
}

/// Adds an option with names, separated by commas; `what_they_are` begins the message that refuses an empty one.
inline CLI::Option* add_names(CLI::App& app, const std::string& name, std::vector<std::string>& to,
                              const std::string& what_they_are, const std::string& what) {
  return app
      .add_option_function<std::string>(
          name,
          [&to, name, what_they_are](const std::string& text) {
            to.clear();
            for (std::size_t begin = 0; begin <= text.size();) {
              const std::size_t end = std::min(text.find(',', begin), text.size());
              if (begin == end) throw vscg::expectation_error(name, what_they_are, shown(""));
              to.push_back(text.substr(begin, end - begin));
              begin = end + 1;
            }
          },
          what)
      ->option_text("NAME,NAME,...");
}

/// Adds an option with the name of a file or folder; an empty one, such as from an unset shell variable, is refused.
inline CLI::Option* add_path(CLI::App& app, const std::string& name, std::string& to, const std::string& what) {
  return app.add_option_function<std::string>(
      name,
      [&to, name](const std::string& text) {
        if (text.empty()) throw vscg::expectation_error(name, "the name of a file or folder", shown(text));
        to = text;
      },
      what);
}

inline CLI::Option* add_threshold(CLI::App& app, std::optional<double>& to) {
  return add_real_number(
      app, "--threshold", to, any_share,
      "a segment is background when its relevance is not above it (fully supervised; default: the file's)");
}

inline CLI::Option* add_threads(CLI::App& app, std::size_t& to) {
  return add_whole_number(app, "--threads", to, any_threads,
                          "threads to compute with; results do not depend on it (default: all that it may use)");
}

}  // namespace programs
