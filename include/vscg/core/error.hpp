// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <vscg/core/config.hpp>

namespace vscg {

/// What the library throws when something a person gave it cannot be used: a file, an option, an array, a weight.
/// The text names the thing, what was expected and what was found.
class error : public std::runtime_error {
 public:
  explicit error(const std::string& message) : std::runtime_error(message) {}

  /// "<thing>: expected <expected>, found <found>"
  error(std::string_view thing, std::string_view expected, std::string_view found)
      : std::runtime_error(text(thing, expected, found)) {}

 private:
  VSCG_NOINLINE static std::string text(std::string_view thing, std::string_view expected, std::string_view found) {
    std::string message(thing);
    message.append(": expected ").append(expected).append(", found ").append(found);
    return message;
  }
};

}  // namespace vscg
