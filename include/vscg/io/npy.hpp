// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <xtensor/xarray.hpp>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/io/dtype.hpp>
#include <vscg/io/npy_file.hpp>
#include <vscg/io/npy_header.hpp>

// NumPy's .npy files. <xtensor/xnpy.hpp> of 0.24 does not do: it reads garbage beyond a truncated end, misreads header
// lengths whose low byte is 128 or more, insists on the order of the keys and names neither file nor type in its
// errors.

namespace vscg::io {

/// A row-major array of any rank, like a .npy file's values, whatever XTENSOR_DEFAULT_LAYOUT says.
template <class T>
using row_major_array = xt::xarray<T, xt::layout_type::row_major>;

/// The shape of the array in a .npy file, without reading its values. Throws like read_npy().
inline std::vector<std::size_t> npy_shape(const std::filesystem::path& path) { return npy_file(path).shape(); }

/// Reads a .npy file of float16, float32, float64 or integers into an array of T, of any rank; NumPy:
/// load(path).astype(T). T is float, double or, for class indices, std::int32_t, which takes integers that fit. float64
/// is rounded to float where T is float: these are features and measurements, not weights. The caller checks the rank,
/// the extents and whether values are finite.
///
/// Throws like npy_file.
template <npy_value T>
row_major_array<T> read_npy(const std::filesystem::path& path) {
  const npy_file file(path);
  auto array = row_major_array<T>::from_shape(file.shape());
  file.read(0, std::span<T>(array.data(), array.size()));
  return array;
}

/// Writes row-major values as the content of a .npy file of float32 or float64; the caller commits it.
template <std::floating_point T>
void write_npy(atomic_file& file, std::span<const T> values, std::span<const std::size_t> shape) {
  const auto expected = fitting_product(sizeof(T), shape);
  if (!expected || *expected != values.size_bytes()) {
    throw expectation_error("cannot write " + file.path().string(), "as many values as " + shape_text(shape),
                            std::to_string(values.size()));
  }
  file.write(build_npy_header(dtype_of<T>(), shape));
  file.write(std::as_bytes(values));
}

/// Writes row-major values as a .npy file of float32 or float64, atomically.
template <std::floating_point T>
void write_npy(const std::filesystem::path& path, std::span<const T> values, std::span<const std::size_t> shape) {
  atomic_file file(path);
  write_npy(file, values, shape);
  file.commit();
}

/// Writes an xtensor array; NumPy: save(path, array).
template <std::floating_point T>
void write_npy(const std::filesystem::path& path, const row_major_array<T>& array) {
  const std::vector<std::size_t> shape(array.shape().begin(), array.shape().end());
  write_npy<T>(path, std::span<const T>(array.data(), array.size()), shape);
}

/// Evaluates an xtensor expression and writes the result.
template <class Expression>
void write_npy(const std::filesystem::path& path, const xt::xexpression<Expression>& expression) {
  write_npy(path, row_major_array<typename Expression::value_type>(expression));
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
