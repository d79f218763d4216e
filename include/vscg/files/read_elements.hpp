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

namespace element_detail {
/// Calls take(bytes, first, count) with numbers `first` … of `all` that a file stores in `format` from byte `offset`
/// on, until it has had all. Throws vscg::expectation_error when the file ends earlier.
template <class Take>
void read_parts(const input_file& file, std::uint64_t offset, element_format format, std::size_t all, Take take) {
  std::array<std::byte, 65536> buffer;
  const std::size_t width = format.bytes();
  for (std::size_t done = 0; done < all;) {
    const std::size_t count = std::min(buffer.size() / width, all - done);
    file.read_at(offset + done * width, std::span(buffer).first(count * width));
    take(buffer.data(), done, count);
    done += count;
  }
}
}  // namespace element_detail

/// Fills `out` with the numbers that a file stores in `format` from byte `offset` on. The caller checks whether they
/// are finite. Throws vscg::expectation_error when the file ends earlier.
template <std::floating_point T>
void read_elements(const input_file& file, std::uint64_t offset, element_format format, std::span<T> out) {
  constexpr element_kind own = sizeof(T) == sizeof(float) ? element_kind::float32 : element_kind::float64;
  if (format.kind == own && !format.swapped) return file.read_at(offset, std::as_writable_bytes(out));
  element_detail::read_parts(file, offset, format, out.size(),
                             [&](const std::byte* bytes, std::size_t first, std::size_t count) {
                               convert_elements(format, bytes, count, out.data() + first);
                             });
}

/// The same for integers. Throws vscg::expectation_error, too, for one that std::int32_t cannot hold.
inline void read_integers(const input_file& file, std::uint64_t offset, element_format format,
                          std::span<std::int32_t> out) {
  const auto take = [&](const std::byte* bytes, std::size_t first, std::size_t count) {
    const std::size_t fitting = convert_integers(format, bytes, count, out.data() + first);
    if (fitting < count) {
      throw expectation_error(file.path().string(), "whole numbers of at most 32 bits",
                              "another one at element " + std::to_string(first + fitting));
    }
  };
  element_detail::read_parts(file, offset, format, out.size(), take);
}

}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg

#include <vscg/core/end.hpp>
