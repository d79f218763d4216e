// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstdint>
#include <string>

#include <vscg/core/error.hpp>
#include <vscg/io/json.hpp>

namespace vscg::train {

/// A count in JSON. Throws vscg::expectation_error naming `thing` for -1 and 1.5, of which the JSON library would make
/// one.
inline std::uint64_t count_of(const io::json& value, const std::string& thing) {
  if (!value.is_number_unsigned()) throw expectation_error(thing, "a count", value.dump());
  return value.get<std::uint64_t>();
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
