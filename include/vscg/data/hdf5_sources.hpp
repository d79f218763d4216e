// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/hdf5_array.hpp>
#include <vscg/data/hdf5_links.hpp>
#include <vscg/data/hdf5_storage.hpp>
#include <vscg/data/hdf5_types.hpp>

namespace vscg::data {

namespace detail {

inline void expect_all_written(const hdf5_array& array, int depth);

/// Throws vscg::expectation_error unless the raw files that hold a contiguous array are there and long enough.
inline void expect_raw_files(const hdf5_array& array, const hdf5_handle& plan, int count) {
  const array_bytes bytes(array);
  std::size_t before = 0;
  for (int i = 0; i < count && before < bytes.all; ++i) {
    std::array<char, 4096> name{};
    off_t offset = 0;
    hsize_t size = 0;
    if (H5Pget_external(plan.get(), static_cast<unsigned>(i), name.size() - 1, name.data(), &offset, &size) < 0) {
      throw expectation_error(array.name(), "readable names of raw files", hdf5_reason());
    }
    const auto file = linked_file(array.path(), name.data(), "HDF5_EXTFILE_PREFIX");
    std::error_code code;
    const std::size_t there = file ? static_cast<std::size_t>(std::filesystem::file_size(*file, code)) : 0;
    const std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>(size), bytes.all - before);
    const auto from = static_cast<std::size_t>(offset);
    const std::size_t usable = file && !code && there > from ? std::min(wanted, there - from) : 0;
    if (usable < wanted) {
      throw expectation_error(
          array.path().string() + ": " + row_text(array, (before + usable) / bytes.row),
          std::to_string(wanted) + " bytes from byte " + std::to_string(from) + " on in the raw file " + name.data(),
          file ? "a file of " + std::to_string(there) + " bytes" : "no such file");
    }
    before += wanted;
  }
  if (before < bytes.all) fail_unwritten(array, before / bytes.row, "no raw file for them");
}

/// Adds to `covered` how many numbers of each row the selection `space` of an array covers.
inline void add_covered(hid_t space, std::size_t rank, std::size_t row_size, std::vector<std::size_t>& covered) {
  if (H5Sget_select_type(space) == H5S_SEL_ALL) {
    for (std::size_t& row : covered) row += row_size;
    return;
  }
  const hssize_t blocks = H5Sget_select_hyper_nblocks(space);
  if (blocks <= 0) return;
  std::vector<hsize_t> corners(static_cast<std::size_t>(blocks) * 2 * rank);
  if (H5Sget_select_hyper_blocklist(space, 0, static_cast<hsize_t>(blocks), corners.data()) < 0) return;
  for (const hsize_t* block = corners.data(); block != corners.data() + corners.size(); block += 2 * rank) {
    std::size_t numbers = 1;
    for (std::size_t axis = 1; axis < rank; ++axis) numbers *= block[rank + axis] - block[axis] + 1;
    for (hsize_t row = block[0]; row <= block[rank] && row < covered.size(); ++row) covered[row] += numbers;
  }
}

/// One of the sources that a virtual array is made of.
struct virtual_source {
  std::string file, array;
  hdf5_handle where, what;  // the selection in the virtual array, and in the source

  virtual_source(const hdf5_array& holder, const hdf5_handle& plan, std::size_t i)
      : where(H5Pget_virtual_vspace(plan.get(), i), H5Sclose), what(H5Pget_virtual_srcspace(plan.get(), i), H5Sclose) {
    const auto text = [&](auto call) {
      const auto length = call(plan.get(), i, nullptr, 0);
      if (length < 0 || !where || !what) throw expectation_error(holder.name(), "readable sources", hdf5_reason());
      std::string result(static_cast<std::size_t>(length) + 1, '\0');
      call(plan.get(), i, result.data(), result.size());
      result.pop_back();
      return result;
    };
    file = text(H5Pget_virtual_filename);
    array = text(H5Pget_virtual_dsetname);
  }

  // Whether this is a series of files or arrays. HDF5 finds out how many: the series ends where one is missing.
  bool is_series() const {
    return file.find('%') != std::string::npos || array.find('%') != std::string::npos ||
           H5Sget_select_npoints(where.get()) == static_cast<hssize_t>(H5S_UNLIMITED);
  }

  // "rows 2 to 5" of the virtual array.
  std::string rows(const hdf5_array& holder) const {
    std::vector<hsize_t> first(holder.shape().size()), last(holder.shape().size());
    if (H5Sget_select_bounds(where.get(), first.data(), last.data()) < 0) return row_text(holder, 0) + " and more";
    if (first[0] == last[0]) return row_text(holder, first[0]);
    return "rows " + std::to_string(first[0]) + " to " + std::to_string(last[0]);
  }

  // Throws vscg::expectation_error unless the source is there and has the numbers that the virtual array takes from it.
  void expect_there(const hdf5_array& holder, int depth) const {
    const std::string thing = holder.path().string() + ": " + rows(holder);
    const std::string expected = "the source " + file + ":" + array + " of the virtual array";
    const auto path = file == "." ? holder.path() : linked_file(holder.path(), file, "HDF5_VDS_PREFIX");
    if (!path) throw expectation_error(thing, expected, "no such file");
    try {
      const hdf5_array source = hdf5_array::open_at(*path, array);
      if (!hdf5_element_format(source.type())) {
        throw expectation_error(source.name(), hdf5_number_types, hdf5_type_text(source.type()));
      }
      const std::size_t rank = source.shape().size();
      std::vector<hsize_t> first(rank), last(rank);
      if (H5Sget_simple_extent_ndims(what.get()) == static_cast<int>(rank) &&
          H5Sget_select_bounds(what.get(), first.data(), last.data()) >= 0) {
        for (std::size_t axis = 0; axis < rank; ++axis) {
          if (last[axis] < source.shape()[axis]) continue;
          throw expectation_error(
              source.name(),
              "at least " + std::to_string(last[axis] + 1) + " entries along axis " + std::to_string(axis),
              "shape " + video_shape_text(source.shape()));
        }
      }
      expect_all_written(source, depth + 1);
    } catch (const expectation_error& problem) {
      throw expectation_error(thing, expected, problem.what());
    }
  }
};

/// Throws vscg::expectation_error unless every number of a virtual array comes from a source that is there: HDF5
/// silently reads the others as zeros.
inline void expect_sources(const hdf5_array& array, const hdf5_handle& plan, int depth) {
  if (depth > 8)
    throw expectation_error(array.name(), "an array of numbers", "virtual arrays in virtual arrays without end");
  std::size_t count = 0;
  if (H5Pget_virtual_count(plan.get(), &count) < 0)
    throw expectation_error(array.name(), "readable sources", hdf5_reason());
  const std::size_t rows = array.shape()[0], row_size = array_bytes(array).row / H5Tget_size(array.type());
  std::vector<std::size_t> covered(rows, 0);
  bool series = false;
  for (std::size_t i = 0; i < count; ++i) {
    const virtual_source source(array, plan, i);
    series = series || source.is_series();
    if (source.is_series()) continue;
    source.expect_there(array, depth);
    add_covered(source.where.get(), array.shape().size(), row_size, covered);
  }
  if (series) return;
  for (std::size_t row = 0; row < rows; ++row) {
    if (covered[row] < row_size) fail_unwritten(array, row, "no source for them in the virtual array");
  }
}

/// Throws vscg::expectation_error for numbers that were never written or cannot be reached: HDF5 reads them as zeros.
inline void expect_all_written(const hdf5_array& array, int depth) {
  if (std::count(array.shape().begin(), array.shape().end(), std::size_t{0}) > 0) return;
  const hdf5_handle plan = array.plan();
  const std::vector<H5Z_filter_t> filters = expect_filters(array);
  const H5D_layout_t layout = H5Pget_layout(plan.get());
  const int raw_files = H5Pget_external_count(plan.get());
  if (layout == H5D_CHUNKED && !array.shape().empty()) {
    expect_chunks(array, filters);
  } else if (layout == H5D_VIRTUAL && !array.shape().empty()) {
    expect_sources(array, plan, depth);
  } else if (layout == H5D_CONTIGUOUS && raw_files > 0) {
    expect_raw_files(array, plan, raw_files);
  } else if (layout == H5D_CONTIGUOUS) {
    expect_bytes(array);
  } else if (layout == H5D_COMPACT) {
    // HDF5 does not compare the two, and would read where there is no memory at all.
    const std::size_t bytes = array_bytes(array).all, found = H5Dget_storage_size(array.id());
    if (found != bytes) {
      throw expectation_error(array.name(), std::to_string(bytes) + " bytes as its shape needs", std::to_string(found));
    }
  } else {
    throw expectation_error(array.name(), "a layout that is known",
                            "layout " + std::to_string(static_cast<int>(layout)));
  }
}

}  // namespace detail

/// Throws vscg::expectation_error, with the row, for numbers of an array that were never written, whose source is
/// missing, or whose compression is not known here.
inline void expect_written(const hdf5_array& array) { detail::expect_all_written(array, 0); }

}  // namespace vscg::data

#include <vscg/core/end.hpp>
