// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/files/element.hpp>
#include <vscg/files/input_file.hpp>

namespace vscg {
inline namespace VSCG_INSTRUCTION_SET {

/// Fills `out` with the numbers that a file stores in `format` from byte `offset` on. The caller checks whether they
/// are finite. Throws vscg::expectation_error when the file ends earlier.
template <std::floating_point T>
void read_elements(const input_file& file, std::uint64_t offset, element_format format, std::span<T> out) {
  constexpr element_kind own = sizeof(T) == sizeof(float) ? element_kind::float32 : element_kind::float64;
  if (format.kind == own && !format.swapped) return file.read_at(offset, std::as_writable_bytes(out));
  std::array<std::byte, 65536> buffer;
  const std::size_t width = format.bytes();
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t count = std::min(buffer.size() / width, out.size() - done);
    file.read_at(offset + done * width, std::span(buffer).first(count * width));
    convert_elements(format, buffer.data(), count, out.data() + done);
    done += count;
  }
}

/// The same for integers. Throws vscg::expectation_error, too, for one that std::int32_t cannot hold.
inline void read_integers(const input_file& file, std::uint64_t offset, element_format format,
                          std::span<std::int32_t> out) {
  std::array<std::byte, 65536> buffer;
  const std::size_t width = format.bytes();
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t count = std::min(buffer.size() / width, out.size() - done);
    file.read_at(offset + done * width, std::span(buffer).first(count * width));
    const std::size_t fitting = convert_integers(format, buffer.data(), count, out.data() + done);
    if (fitting < count) {
      throw expectation_error(file.path().string(), "whole numbers of at most 32 bits",
                              "another one at element " + std::to_string(done + fitting));
    }
    done += count;
  }
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
