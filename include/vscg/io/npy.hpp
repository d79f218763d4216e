// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <xtensor/xarray.hpp>

#include <vscg/core/error.hpp>
#include <vscg/io/atomic_file.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/input_file.hpp>
#include <vscg/io/npy_header.hpp>
#include <vscg/io/shape_text.hpp>

// NumPy's .npy files. Not through <xtensor/xnpy.hpp> of 0.24: it reads garbage beyond a truncated end, misreads header
// lengths whose low byte is 128 or more, insists on the order of the keys and names neither file nor type in its
// errors.

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
    throw error(thing, "one array (.npy)", "an archive (.npz); save the array with numpy.save");
  }
  if (magic != "\x93NUMPY" || available < 10) throw error(thing, "a .npy file", "something else");
  const int version = static_cast<unsigned char>(start[6]);
  if (version < 1 || version > 3) throw error(thing, "a .npy file of version 1, 2 or 3", std::to_string(version));
  const std::size_t width = version == 1 ? 2 : 4;
  if (available < 8 + width) throw error(thing, "a .npy header", "a truncated file");
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i) {
    length |= std::size_t{static_cast<unsigned char>(start[8 + i])} << (8 * i);
  }
  const std::uint64_t data_begin = 8 + width + length;
  constexpr std::size_t limit = 1U << 20U;  // NumPy itself refuses more than 10,000 by default
  if (length > limit || data_begin > file.size()) {
    throw error(thing, "a .npy header of " + std::to_string(length) + " bytes",
                "a file of " + std::to_string(file.size()) + " bytes");
  }
  std::string text(length, '\0');
  file.read_at(8 + width, std::as_writable_bytes(std::span(text)));
  opened result{parse_npy_dictionary(text, thing), data_begin};

  const std::uint64_t found = file.size() - data_begin;
  const auto expected = byte_count(result.header.shape, dtype_size(result.header.type));
  if (!expected || *expected != found) {
    throw error(thing,
                (expected ? std::to_string(*expected) : std::string("2^64 or more")) + " bytes of values for " +
                    shape_text(result.header.shape),
                std::to_string(found) + (!expected || found < *expected ? " (the file is truncated)" : ""));
  }
  return result;
}

}  // namespace npy_detail

/// The shape of the array in a .npy file, without reading its values. Throws as read_npy().
inline std::vector<std::size_t> npy_shape(const std::filesystem::path& path) {
  return npy_detail::open_npy(input_file(path)).header.shape;
}

/// Reads a .npy file of float16, float32 or float64 into an array of T, of any rank; NumPy: load(path).astype(T).
/// float64 is rounded to float where T is float: these are features and measurements, not weights. The rank, the
/// extents and whether values are finite are the caller's to check.
///
/// Throws vscg::error naming the file when it is missing, truncated, big-endian, in Fortran order, pickled, of another
/// type, an .npz archive or no .npy file at all.
template <std::floating_point T>
xt::xarray<T> read_npy(const std::filesystem::path& path) {
  const input_file file(path);
  const auto [header, data_begin] = npy_detail::open_npy(file);
  auto array = xt::xarray<T>::from_shape(header.shape);
  const std::span<T> values(array.data(), array.size());
  const std::size_t width = dtype_size(header.type);
  if (header.type == dtype_of<T>()) {
    file.read_at(data_begin, std::as_writable_bytes(values));
    return array;
  }
  std::array<std::byte, 65536> buffer;
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t count = std::min(buffer.size() / width, values.size() - done);
    file.read_at(data_begin + done * width, std::span(buffer).first(count * width));
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* const stored = buffer.data() + i * width;
      values[done + i] = header.type == dtype::f64   ? static_cast<T>(load_number<double>(stored))
                         : header.type == dtype::f32 ? static_cast<T>(load_number<float>(stored))
                                                     : static_cast<T>(half_value(load_number<std::uint16_t>(stored)));
    }
    done += count;
  }
  return array;
}

/// Writes row-major values as a .npy file of float32 or float64, atomically.
template <std::floating_point T>
void write_npy(const std::filesystem::path& path, std::span<const T> values, std::span<const std::size_t> shape) {
  const auto expected = byte_count(shape, sizeof(T));
  if (!expected || *expected != values.size_bytes()) {
    throw error("cannot write " + path.string(), "as many values as " + shape_text(shape),
                std::to_string(values.size()));
  }
  atomic_file file(path);
  file.write(build_npy_header(dtype_of<T>(), shape));
  file.write(std::as_bytes(values));
  file.commit();
}

/// Writes an array of xtensor; NumPy: save(path, array).
template <std::floating_point T>
void write_npy(const std::filesystem::path& path, const xt::xarray<T>& array) {
  const std::vector<std::size_t> shape(array.shape().begin(), array.shape().end());
  write_npy<T>(path, std::span<const T>(array.data(), array.size()), shape);
}

/// Evaluates an expression of xtensor and writes the result.
template <class Expression>
void write_npy(const std::filesystem::path& path, const xt::xexpression<Expression>& expression) {
  write_npy(path, xt::xarray<typename Expression::value_type>(expression));
}

}  // namespace vscg::io
