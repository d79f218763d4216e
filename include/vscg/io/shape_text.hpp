// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include <vscg/core/config.hpp>

namespace vscg::io {

/// "[256, 128]", and "[]" for a scalar.
inline std::string shape_text(std::span<const std::size_t> shape) {
  std::string text = "[";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(shape[axis]);
  }
  return text + "]";
}

/// Bytes of an array of that shape (a scalar has one element), or nothing when they, or the extents multiplied one by
/// one, do not fit std::size_t.
inline std::optional<std::size_t> byte_count(std::span<const std::size_t> shape, std::size_t element_size) {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  std::size_t bytes = element_size;
  for (const std::size_t extent : shape) {
    if (extent != 0 && bytes > most / extent) return std::nullopt;
    bytes *= extent;
  }
  return bytes;
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
