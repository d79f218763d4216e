// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {

namespace detail {

/// Opens labels of the given shape (0: any number of rows) and calls `visit(row, values)` for each row, in order.
template <class Visit>
std::size_t each_label_row(const hdf5_array& array, Visit&& visit) {
  array.expect_numbers();
  std::size_t width = 1;
  for (std::size_t axis = 1; axis < array.shape().size(); ++axis) width *= array.shape()[axis];
  constexpr std::size_t block = 256;
  const std::size_t rows = array.shape()[0];
  std::vector<double> values(block * width);
  for (std::size_t first = 0; first < rows; first += block) {
    const std::size_t count = std::min(block, rows - first);
    array.read_rows(first, count, values.data());
    for (std::size_t row = 0; row < count; ++row) visit(first + row, values.data() + row * width);
  }
  return rows;
}

/// The place of the only 1 among 29 values that are otherwise 0; `where` says which ones they are.
template <class Where>
std::uint8_t one_hot_class(const double* values, Where&& where) {
  std::size_t ones = 0, other = 0, result = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (values[c] == 1.0) {
      ++ones;
      result = c;
    } else if (values[c] != 0.0) {
      ++other;
    }
  }
  if (ones != 1 || other != 0) {
    throw error(where(), "one-hot labels (one 1 among " + std::to_string(classes) + ")",
                std::to_string(ones) + " times 1 and " + std::to_string(other) + " values that are neither 0 nor 1");
  }
  return static_cast<std::uint8_t>(result);
}

}  // namespace detail

/// Reads one-hot labels [N,10,29] as N x 10 classes. Throws vscg::error naming file, row and segment.
inline std::vector<std::uint8_t> read_segment_labels(const std::filesystem::path& path) {
  const hdf5_array array = hdf5_array::open(path, "avadataset");
  array.expect_shape({0, segments, classes});
  std::vector<std::uint8_t> result;
  result.reserve(array.shape()[0] * segments);
  detail::each_label_row(array, [&](std::size_t row, const double* values) {
    for (std::size_t segment = 0; segment < segments; ++segment) {
      result.push_back(detail::one_hot_class(values + segment * classes, [&] {
        return path.string() + ": video row " + std::to_string(row) + ", segment " + std::to_string(segment);
      }));
    }
  });
  return result;
}

/// Reads one-hot labels [N,29] as N classes. Throws vscg::error naming file and row.
inline std::vector<std::uint8_t> read_video_labels(const std::filesystem::path& path) {
  const hdf5_array array = hdf5_array::open(path, "avadataset");
  array.expect_shape({0, classes});
  std::vector<std::uint8_t> result;
  detail::each_label_row(array, [&](std::size_t row, const double* values) {
    result.push_back(
        detail::one_hot_class(values, [&] { return path.string() + ": video row " + std::to_string(row); }));
  });
  return result;
}

/// Reads the labels of the noisy videos, [N,29] or [N,10,29], and returns how many there are; they are background all
/// of them. Throws vscg::error naming file and row.
inline std::size_t read_noisy_labels(const std::filesystem::path& path) {
  const bool by_segment = hdf5_array::open(path, "avadataset").shape().size() == 3;
  const std::vector<std::uint8_t> found = by_segment ? read_segment_labels(path) : read_video_labels(path);
  const std::size_t width = by_segment ? segments : 1;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] != background) {
      throw error(path.string() + ": video row " + std::to_string(i / width), "background, class 28",
                  "class " + std::to_string(found[i]));
    }
  }
  return found.size() / width;
}

/// Reads shares of the classes per video, [N,29], as N x 29 numbers of [0,1] that sum to 1. Throws vscg::error naming
/// file and row.
inline std::vector<float> read_class_shares(const std::filesystem::path& path) {
  const hdf5_array array = hdf5_array::open(path, "avadataset");
  array.expect_shape({0, classes});
  std::vector<float> result;
  result.reserve(array.shape()[0] * classes);
  detail::each_label_row(array, [&](std::size_t row, const double* values) {
    double sum = 0;
    bool inside = true;
    for (std::size_t c = 0; c < classes; ++c) {
      inside = inside && values[c] >= 0.0 && values[c] <= 1.0;  // false for NaN
      sum += values[c];
      result.push_back(static_cast<float>(values[c]));
    }
    if (!inside || std::abs(sum - 1.0) > 1e-3) {
      throw error(path.string() + ": video row " + std::to_string(row), "29 shares between 0 and 1 that sum to 1",
                  inside ? "the sum " + std::to_string(sum) : "a value outside");
    }
  });
  return result;
}

/// Reads the rows of a split. Throws vscg::error for an index that is not one of `rows` rows, or comes twice.
inline std::vector<std::size_t> read_order(const std::filesystem::path& path, std::size_t rows) {
  const hdf5_array array = hdf5_array::open(path, "order");
  array.expect_shape({0});
  array.expect_numbers();
  std::vector<double> values(array.shape()[0]);
  if (!values.empty()) array.read_rows(0, values.size(), values.data());
  constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> place(rows, never), result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string entry = path.string() + ": entry " + std::to_string(i);
    if (!(values[i] >= 0.0 && values[i] < static_cast<double>(rows)) || values[i] != std::floor(values[i])) {
      std::string found = std::to_string(values[i]);
      if (values[i] == std::floor(values[i])) found.resize(found.find('.'));
      throw error(entry, "the index of one of " + std::to_string(rows) + " videos", found);
    }
    const auto row = static_cast<std::size_t>(values[i]);
    if (place[row] != never) {
      throw error(entry, "each video once",
                  "video row " + std::to_string(row) + ", which is also entry " + std::to_string(place[row]));
    }
    place[row] = i;
    result.push_back(row);
  }
  return result;
}

}  // namespace vscg::data
