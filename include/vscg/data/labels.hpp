// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/data/hdf5_inspection.hpp>
#include <vscg/data/types.hpp>

namespace vscg::data {

namespace detail {

/// Calls `visit(row, values)` for each row, in order.
template <class Visit>
void each_label_row(const hdf5_numbers& numbers, Visit&& visit) {
  const std::size_t rows = numbers.shape[0], width = rows == 0 ? 0 : numbers.values.size() / rows;
  for (std::size_t row = 0; row < rows; ++row) visit(row, numbers.values.data() + row * width);
}

/// The index of the only 1 among 29 values that are otherwise 0; `where` says which values these are.
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
    throw expectation_error(
        where(), "one-hot labels (one 1 among " + std::to_string(classes) + ")",
        std::to_string(ones) + " times 1 and " + std::to_string(other) + " values that are neither 0 nor 1");
  }
  return static_cast<std::uint8_t>(result);
}

}  // namespace detail

namespace detail {

inline std::vector<std::uint8_t> segment_labels(const std::filesystem::path& path, const hdf5_numbers& numbers) {
  std::vector<std::uint8_t> result;
  result.reserve(numbers.shape[0] * segments);
  each_label_row(numbers, [&](std::size_t row, const double* values) {
    for (std::size_t segment = 0; segment < segments; ++segment) {
      result.push_back(one_hot_class(values + segment * classes, [&] {
        return path.string() + ": video row " + std::to_string(row) + ", segment " + std::to_string(segment);
      }));
    }
  });
  return result;
}

inline std::vector<std::uint8_t> video_labels(const std::filesystem::path& path, const hdf5_numbers& numbers) {
  std::vector<std::uint8_t> result;
  each_label_row(numbers, [&](std::size_t row, const double* values) {
    result.push_back(one_hot_class(values, [&] { return path.string() + ": video row " + std::to_string(row); }));
  });
  return result;
}

}  // namespace detail

/// Reads one-hot labels [N,10,29] as N x 10 classes. Throws vscg::expectation_error naming file, row and segment.
inline std::vector<std::uint8_t> read_segment_labels(const std::filesystem::path& path) {
  return detail::segment_labels(path, read_hdf5(path, "avadataset", {{0, segments, classes}}));
}

/// Reads one-hot labels [N,29] as N classes. Throws vscg::expectation_error naming file and row.
inline std::vector<std::uint8_t> read_video_labels(const std::filesystem::path& path) {
  return detail::video_labels(path, read_hdf5(path, "avadataset", {{0, classes}}));
}

/// Reads the labels of the noisy videos, [N,29] or [N,10,29], and returns how many videos there are; all of them must
/// be background. Throws vscg::expectation_error naming file and row.
inline std::size_t read_noisy_labels(const std::filesystem::path& path) {
  const hdf5_numbers numbers = read_hdf5(path, "avadataset", {{0, classes}, {0, segments, classes}});
  const bool by_segment = numbers.shape.size() == 3;
  const std::vector<std::uint8_t> found =
      by_segment ? detail::segment_labels(path, numbers) : detail::video_labels(path, numbers);
  const std::size_t width = by_segment ? segments : 1;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] != background) {
      throw expectation_error(path.string() + ": video row " + std::to_string(i / width), "background, class 28",
                              "class " + std::to_string(found[i]));
    }
  }
  return found.size() / width;
}

/// Reads shares of the classes per video, [N,29], as N x 29 numbers of [0,1] that sum to 1. Throws
/// vscg::expectation_error naming file and row.
inline std::vector<float> read_class_shares(const std::filesystem::path& path) {
  const hdf5_numbers numbers = read_hdf5(path, "avadataset", {{0, classes}});
  std::vector<float> result;
  result.reserve(numbers.values.size());
  detail::each_label_row(numbers, [&](std::size_t row, const double* values) {
    double sum = 0;
    bool inside = true;
    for (std::size_t c = 0; c < classes; ++c) {
      inside = inside && is_finite(values[c]) && values[c] >= 0.0 && values[c] <= 1.0;
      sum += values[c];
      result.push_back(static_cast<float>(values[c]));
    }
    if (!inside || std::abs(sum - 1.0) > 1e-3) {
      throw expectation_error(path.string() + ": video row " + std::to_string(row),
                              "29 shares between 0 and 1 that sum to 1",
                              inside ? "the sum " + std::to_string(sum) : "a value outside");
    }
  });
  return result;
}

/// Remarks, behind a number of rows in an error, on the one that people get who extract one row for each video id of
/// AVE.
inline std::string remark_on_rows(std::size_t rows) {
  return rows == 4097 ? " (AVE has 4143 rows: 45 of its 4097 video ids occur more than once)" : "";
}

/// Reads the rows of a split. Throws vscg::expectation_error for an index that is not one of `rows` rows, or appears
/// twice.
inline std::vector<std::size_t> read_order(const std::filesystem::path& path, std::size_t rows) {
  const std::vector<double> values = read_hdf5(path, "order", {{0}}).values;
  constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> place(rows, never), result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string entry = path.string() + ": entry " + std::to_string(i);
    if (!(values[i] >= 0.0 && values[i] < static_cast<double>(rows)) || values[i] != std::floor(values[i])) {
      std::string found = std::to_string(values[i]);
      if (values[i] == std::floor(values[i])) found.resize(found.find('.'));
      throw expectation_error(entry, "the index of one of " + std::to_string(rows) + " videos" + remark_on_rows(rows),
                              found);
    }
    const auto row = static_cast<std::size_t>(values[i]);
    if (place[row] != never) {
      throw expectation_error(
          entry, "each video once",
          "video row " + std::to_string(row) + ", which is also entry " + std::to_string(place[row]));
    }
    place[row] = i;
    result.push_back(row);
  }
  return result;
}

}  // namespace vscg::data

#include <vscg/core/end.hpp>
