// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/files/input_file.hpp>
#include <vscg/files/read_elements.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/npy_header.hpp>

namespace vscg::io {

namespace npy_detail {

struct opened {
  npy_header header;
  std::uint64_t data_begin = 0;
};

inline opened open_npy(const input_file& file) {
  const std::string thing = file.path().string();
  std::array<char, 12> start{};
  const auto available = static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), start.size()));
  file.read_at(0, std::as_writable_bytes(std::span(start).first(available)));
  const std::string_view magic(start.data(), std::min<std::size_t>(available, 6));
  if (magic.starts_with("PK\x03\x04")) {
    throw expectation_error(thing, "one array (.npy)", "an archive (.npz); save the array with numpy.save");
  }
  if (magic != "\x93NUMPY" || available < 10) throw expectation_error(thing, "a .npy file", "something else");
  const int version = static_cast<unsigned char>(start[6]), minor = static_cast<unsigned char>(start[7]);
  if (version < 1 || version > 3 || minor != 0) {
    throw expectation_error(thing, "a .npy file of version 1, 2 or 3",
                            std::to_string(version) + "." + std::to_string(minor));
  }
  const std::size_t width = version == 1 ? 2 : 4;
  if (available < 8 + width) throw expectation_error(thing, "a .npy header", "a truncated file");
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i) {
    length |= std::size_t{static_cast<unsigned char>(start[8 + i])} << (8 * i);
  }
  const std::uint64_t data_begin = 8 + width + length;
  if (data_begin > file.size()) {
    throw expectation_error(thing, "a .npy header of " + std::to_string(length) + " bytes",
                            "a file of " + std::to_string(file.size()) + " bytes");
  }
  constexpr std::size_t limit = 10'000;  // NumPy's own
  if (length > limit) {
    throw expectation_error(thing, "a .npy header of at most " + std::to_string(limit) + " bytes",
                            std::to_string(length));
  }
  std::string text(length, '\0');
  file.read_at(8 + width, std::as_writable_bytes(std::span(text)));
  opened result{parse_npy_dictionary(text, thing, version), data_begin};

  // As in NumPy: the bytes that an array would take if its empty axes had one element, because strides come from that.
  std::vector<std::size_t> extents = result.header.shape;
  std::ranges::replace(extents, std::size_t{0}, std::size_t{1});
  const auto room = fitting_product(dtype_size(result.header.type), extents);
  if (!room || *room > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    throw expectation_error(thing, "a shape that fits memory", shape_text(result.header.shape));
  }
  const std::uint64_t found = file.size() - data_begin;
  const std::size_t expected = std::ranges::find(result.header.shape, 0U) == result.header.shape.end() ? *room : 0;
  if (expected != found) {
    throw expectation_error(
        thing, std::to_string(expected) + " bytes of values for " + shape_text(result.header.shape),
        std::to_string(found) + (found < expected ? " (the file is truncated)" : " (several arrays in one file?)"));
  }
  return result;
}

}  // namespace npy_detail

/// What the values of a .npy file can be read as.
template <class T>
concept npy_value = std::floating_point<T> || std::same_as<T, std::int32_t>;

/// A .npy file of float16, float32, float64 or integers, in either byte order, open for reading, with its header and
/// size checked. Values are read on request, so an array larger than memory can be used part by part. It is const and
/// safe to use from several threads at once.
class npy_file {
 public:
  /// Throws vscg::expectation_error naming the file when it is missing, truncated, longer than its array, in Fortran
  /// order, pickled, of another type, an .npz archive or not a .npy file at all.
  explicit npy_file(const std::filesystem::path& path) : file_(path), opened_(npy_detail::open_npy(file_)) {}

  const std::filesystem::path& path() const { return file_.path(); }
  const std::vector<std::size_t>& shape() const { return opened_.header.shape; }
  /// Number of values.
  std::size_t size() const {
    std::size_t product = 1;
    for (const std::size_t extent : shape()) product *= extent;
    return product;
  }

  /// Reads values `first` … `first + out.size() - 1` of the flat array as T. float64 and large integers are rounded
  /// where T is float: these are features and measurements, not weights. The caller checks whether values are finite.
  /// As std::int32_t only integers are read; vscg::expectation_error if one does not fit.
  template <npy_value T>
  void read(std::size_t first, std::span<T> out) const {
    if (first > size() || out.size() > size() - first) {
      throw expectation_error(path().string(), std::to_string(size()) + " values", "a request beyond them");
    }
    element_format format = element_format_of(opened_.header.type).value();
    format.swapped = opened_.header.big_endian;
    const std::uint64_t begin = opened_.data_begin + first * format.bytes();
    if constexpr (std::floating_point<T>) {
      read_elements(file_, begin, format, out);
    } else {
      if (!format.is_integer()) {
        throw expectation_error(path().string() + ": type of the values", "integers",
                                std::string(dtype_name(opened_.header.type)) + " (save array.astype('int32'))");
      }
      read_integers(file_, begin, format, out);
    }
  }

 private:
  input_file file_;
  npy_detail::opened opened_;
};

}  // namespace vscg::io

#include <vscg/core/end.hpp>
