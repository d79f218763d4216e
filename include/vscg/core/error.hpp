// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

#include <vscg/core/config.hpp>

namespace vscg {

/// The library throws this when it cannot use something a person gave it: a file, an option, an array, a weight. The
/// text names the thing, what was expected and what was found. Control characters, which may come from a file, are
/// shown as \x00: a zero byte would end what(), and others could move a terminal's cursor.
class expectation_error : public std::runtime_error {
 public:
  explicit expectation_error(const std::string& message) : std::runtime_error(visible(message)) {}

  /// "<thing>: expected <expected>, found <found>"
  expectation_error(std::string_view thing, std::string_view expected, std::string_view found)
      : std::runtime_error(text(thing, expected, found)) {}

 private:
  VSCG_NOINLINE static std::string text(std::string_view thing, std::string_view expected, std::string_view found) {
    std::string message(thing);
    message.append(": expected ").append(expected).append(", found ").append(found);
    return visible(message);
  }

  VSCG_NOINLINE static std::string visible(std::string_view message) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string shown;
    for (const char c : message) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) {
        shown.append("\\x") += digits[byte >> 4U];
        shown += digits[byte & 15U];
      } else {
        shown += c;
      }
    }
    return shown;
  }
};

/// There is less memory than someone asked for: the system's, or a device's.
class out_of_memory : public expectation_error {
 public:
  using expectation_error::expectation_error;
};

/// A number is not finite: of a batch, a loss, a gradient, a moment or a weight. A trainer's weights and moments are as
/// they were before the step.
class not_finite : public expectation_error {
 public:
  using expectation_error::expectation_error;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
