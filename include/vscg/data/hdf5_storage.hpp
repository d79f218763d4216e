// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/hdf5_array.hpp>
#include <vscg/data/hdf5_links.hpp>

namespace vscg::data {

namespace detail {

/// "32000 (lzf, h5py's compression='lzf')"; `stored` is the name that the file gives it.
inline std::string filter_text(H5Z_filter_t filter, const std::string& stored) {
  struct known {
    H5Z_filter_t number;
    const char* name;
  };
  constexpr std::array names = {
      known{H5Z_FILTER_DEFLATE, "deflate, h5py's compression='gzip'"},
      known{H5Z_FILTER_SHUFFLE, "shuffle"},
      known{H5Z_FILTER_SZIP, "szip"},
      known{H5Z_FILTER_NBIT, "n-bit"},
      known{H5Z_FILTER_SCALEOFFSET, "scale-offset"},
      known{307, "bzip2"},
      known{32000, "lzf, h5py's compression='lzf'"},
      known{32001, "blosc"},
      known{32004, "lz4"},
      known{32008, "bitshuffle"},
      known{32013, "zfp"},
      known{32015, "zstd"},
      known{32017, "sz"},
      known{32026, "blosc2"},
  };
  const auto* const found =
      std::find_if(names.begin(), names.end(), [&](const known& one) { return one.number == filter; });
  const std::string name = found != names.end() ? found->name : stored;
  return std::to_string(filter) + (name.empty() ? "" : " (" + name + ")");
}

/// Whether a filter's parameters about the elements that pass through it agree with the array. HDF5 does not check that
/// when it reads.
inline bool fits_filter(H5Z_filter_t filter, const std::vector<unsigned>& values, std::size_t element_bytes,
                        std::size_t chunk_elements) {
  const auto is = [&](std::size_t i, std::size_t expected) { return i < values.size() && values[i] == expected; };
  switch (filter) {
    case H5Z_FILTER_SHUFFLE:
      return is(0, element_bytes);
    case H5Z_FILTER_SCALEOFFSET:
      return is(2, chunk_elements) && is(4, element_bytes);
    case H5Z_FILTER_NBIT:
      return is(2, chunk_elements);
    default:
      return true;
  }
}

/// The filters of an array; throws vscg::expectation_error for one that this HDF5 does not have, or that was made for
/// other elements.
inline std::vector<H5Z_filter_t> expect_filters(const hdf5_array& array) {
  const hdf5_handle plan = array.plan();
  std::vector<H5Z_filter_t> filters;
  const int count = H5Pget_nfilters(plan.get());
  std::size_t elements = 1;
  for (const hsize_t size : array.chunk()) elements *= static_cast<std::size_t>(size);
  for (int i = 0; i < count; ++i) {
    std::array<char, 256> name{};
    std::vector<unsigned> values(64);
    std::size_t found = values.size();
    unsigned flags = 0, properties = 0;
    const H5Z_filter_t filter = H5Pget_filter2(plan.get(), static_cast<unsigned>(i), &flags, &found, values.data(),
                                               name.size() - 1, name.data(), &properties);
    values.resize(std::min(found, values.size()));
    if (filter < 0) throw expectation_error(array.name(), "readable filters", hdf5_reason());
    if (H5Zfilter_avail(filter) <= 0) {
      throw expectation_error(
          array.name(), "a compression that this " + hdf5_version() + " undoes",
          "filter " + filter_text(filter, name.data()) +
              "; write the file again with compression='gzip' (h5repack -f GZIP=1) where that filter is "
              "installed");
    }
    if (!fits_filter(filter, values, H5Tget_size(array.type()), elements)) {
      throw expectation_error(array.name(), "filters made for its elements",
                              "filter " + filter_text(filter, name.data()) + " with numbers of other elements");
    }
    filters.push_back(filter);
  }
  return filters;
}

/// The bytes of an array and of one of its rows.
struct array_bytes {
  std::size_t all = 0, row = 0;

  explicit array_bytes(const hdf5_array& array) {
    const std::optional<std::size_t> bytes = fitting_product(H5Tget_size(array.type()), array.shape());
    if (!bytes)
      throw expectation_error(array.name(), "an array that memory can hold",
                              "shape " + video_shape_text(array.shape()));
    all = *bytes;
    row = array.shape().empty() || array.shape()[0] == 0 ? all : all / array.shape()[0];
  }
};

/// "video row 3", or "entry 3" of a list.
inline std::string row_text(const hdf5_array& array, std::size_t row) {
  return (array.shape().size() == 1 ? "entry " : "video row ") + std::to_string(row);
}

[[noreturn]] inline void fail_unwritten(const hdf5_array& array, std::size_t row, const std::string& found) {
  throw expectation_error(array.path().string() + ": " + row_text(array, row), "numbers that were written", found);
}

/// A piece of a file.
struct file_range {
  std::size_t begin = 0, end = 0;
};

/// Throws vscg::expectation_error if the numbers of an array would overlap its own header.
inline void expect_outside_header(const hdf5_array& array, file_range numbers) {
  const std::size_t header = array.header().value_or(numbers.end);
  if (header >= numbers.begin && header < numbers.end) {
    throw expectation_error(array.name(), "numbers outside the array's header, byte " + std::to_string(header),
                            "bytes " + std::to_string(numbers.begin) + " to " + std::to_string(numbers.end));
  }
}

/// What a chunk of an array must be like, given its layout and filters.
struct chunk_rule {
  std::vector<hsize_t> shape;
  std::vector<H5Z_filter_t> filters;
  std::size_t bytes = 0;  ///< of its numbers

  chunk_rule(const hdf5_array& array, std::vector<H5Z_filter_t> all) : shape(array.chunk()), filters(std::move(all)) {
    const std::optional<std::size_t> product =
        fitting_product(H5Tget_size(array.type()), std::vector<std::size_t>(shape.begin(), shape.end()));
    if (!product || *product == 0)
      throw expectation_error(array.name(), "chunks of numbers", "chunks of 0 or too many");
    bytes = *product;
  }

  /// Bytes in the file if the filters of `mask` are left out; none if they depend on the numbers.
  std::optional<std::size_t> stored_bytes(unsigned mask) const {
    std::size_t result = bytes;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if ((mask >> i & 1U) != 0 || filters[i] == H5Z_FILTER_SHUFFLE) continue;
      if (filters[i] != H5Z_FILTER_FLETCHER32) return std::nullopt;
      result += 4;
    }
    return result;
  }
};

/// Where the chunk that begins at `start` is in the file; throws vscg::expectation_error if its entry in the index of
/// chunks cannot be right: HDF5 would hand out whatever follows the chunk in memory. Costs a walk over the index.
inline file_range expect_chunk(const hdf5_array& array, const chunk_rule& rule, const std::vector<hsize_t>& start) {
  unsigned mask = 0;
  haddr_t address = HADDR_UNDEF;
  hsize_t bytes = 0;
  const std::string thing = array.path().string() + ": " + row_text(array, start[0]);
  if (H5Dget_chunk_info_by_coord(array.id(), start.data(), &mask, &address, &bytes) < 0) {
    throw expectation_error(thing, "a readable chunk", hdf5_reason());
  }
  if (address == HADDR_UNDEF) fail_unwritten(array, start[0], "a gap");
  const std::size_t count = rule.filters.size();
  if (count < 32 && mask >> count != 0) {
    throw expectation_error(thing, "a chunk that leaves out some of " + std::to_string(count) + " filters",
                            "filters left out that are not there");
  }
  const std::optional<std::size_t> expected = rule.stored_bytes(mask);
  if (expected && *expected != bytes) {
    throw expectation_error(thing, "a chunk of " + std::to_string(*expected) + " bytes", std::to_string(bytes));
  }
  const std::size_t end = array.end_of_file();
  if (address > end || bytes > end - address) {
    throw expectation_error(thing, "a chunk in the file's " + std::to_string(end) + " bytes",
                            "one from byte " + std::to_string(address) + " on");
  }
  return {static_cast<std::size_t>(address), static_cast<std::size_t>(address + bytes)};
}

/// Up to this many chunks, every entry is checked when a file is opened. A check walks over the entries, so with more
/// chunks it waits until a row is read for the first time.
inline constexpr std::size_t few_chunks = 1024;

/// Throws vscg::expectation_error unless every chunk is in the file (HDF5 silently reads the others as zeros) and, if
/// they are few, in a place of its own.
inline void expect_chunks(const hdf5_array& array, const std::vector<H5Z_filter_t>& filters) {
  const chunk_rule rule(array, filters);
  const std::vector<hsize_t>& chunk = rule.shape;
  const std::size_t rank = chunk.size();
  const hdf5_handle space(H5Dget_space(array.id()), H5Sclose);
  std::vector<hsize_t> size(rank), limit(rank);
  if (H5Sget_simple_extent_dims(space.get(), size.data(), limit.data()) != static_cast<int>(rank)) {
    throw expectation_error(array.name(), "a readable array", hdf5_reason());
  }
  std::vector<std::size_t> counts(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (limit[axis] != H5S_UNLIMITED && chunk[axis] > limit[axis]) {
      throw expectation_error(array.name(),
                              "chunks of 1 to " + std::to_string(limit[axis]) + " along axis " + std::to_string(axis),
                              std::to_string(chunk[axis]));
    }
    counts[axis] = static_cast<std::size_t>((size[axis] - 1) / chunk[axis] + 1);
  }
  const std::size_t expected = fitting_product(1, counts).value_or(0);
  hsize_t found = 0;
  if (H5Dget_num_chunks(array.id(), space.get(), &found) < 0) {
    throw expectation_error(array.name(), "readable chunks", hdf5_reason());
  }
  if (found > expected) {
    throw expectation_error(array.name(), std::to_string(expected) + " chunks as its shape needs",
                            std::to_string(found));
  }
  std::vector<file_range> places;
  std::vector<hsize_t> start(rank, 0);
  for (bool more = true; more;) {
    // HDF5 fails for a missing chunk, or says 0.
    hsize_t bytes = 0;
    const bool known = H5Dget_chunk_storage_size(array.id(), start.data(), &bytes) >= 0;
    if (!known && found == expected) {
      throw expectation_error(array.path().string() + ": " + row_text(array, start[0]), "a readable chunk",
                              hdf5_reason());
    }
    if (!known || bytes == 0) {
      fail_unwritten(
          array, start[0],
          "a gap (" + std::to_string(found) + " of " + std::to_string(expected) + " chunks are in the file)");
    }
    if (expected <= few_chunks) places.push_back(expect_chunk(array, rule, start));
    std::size_t axis = rank;
    for (more = false; axis > 0 && !more;) {
      --axis;
      start[axis] += chunk[axis];
      more = start[axis] < size[axis];
      if (!more) start[axis] = 0;
    }
  }
  for (const file_range place : places) expect_outside_header(array, place);
  std::sort(places.begin(), places.end(), [](file_range a, file_range b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i].begin < places[i - 1].end) {
      throw expectation_error(array.name(), "chunks that do not overlap",
                              "two that share byte " + std::to_string(places[i].begin));
    }
  }
}

/// Throws vscg::expectation_error unless the bytes of a contiguous array are in its file.
inline void expect_bytes(const hdf5_array& array) {
  const std::size_t bytes = array_bytes(array).all;
  const haddr_t offset = H5Dget_offset(array.id());
  if (offset == HADDR_UNDEF) fail_unwritten(array, 0, "no numbers at all in the file");
  if (H5Dget_storage_size(array.id()) != bytes) {
    throw expectation_error(array.name(), std::to_string(bytes) + " bytes as its shape needs",
                            std::to_string(H5Dget_storage_size(array.id())));
  }
  // HDF5 takes whatever lies after the end that the file states for zeros, or for whatever is in memory there.
  const std::size_t end = array.end_of_file();
  if (end < offset || end - offset < bytes) {
    throw expectation_error(array.name(),
                            std::to_string(bytes) + " bytes of data from byte " + std::to_string(offset) + " on",
                            "a truncated file of " + std::to_string(end) + " bytes");
  }
  expect_outside_header(array, {static_cast<std::size_t>(offset), static_cast<std::size_t>(offset) + bytes});
}

}  // namespace detail

/// Checks each chunk of an array once, before its rows are read for the first time, unless opening the array did so.
class hdf5_chunk_watch {
 public:
  hdf5_chunk_watch() = default;

  explicit hdf5_chunk_watch(const hdf5_array& array) {
    const std::size_t rows = array.rows_per_chunk();
    if (rows == 0) return;
    hdf5_silence quiet;
    rule_.emplace(array, detail::expect_filters(array));
    std::size_t chunks = 1;
    for (std::size_t axis = 0; axis < rule_->shape.size(); ++axis) {
      chunks *= (array.shape()[axis] - 1) / static_cast<std::size_t>(rule_->shape[axis]) + 1;
    }
    if (chunks > detail::few_chunks) seen_.resize((array.shape()[0] - 1) / rows + 1, false);
  }

  /// Throws vscg::expectation_error if a chunk of the rows [first, first + count) cannot be right.
  void look(const hdf5_array& array, std::size_t first, std::size_t count) {
    if (seen_.empty()) return;
    const auto rows = static_cast<std::size_t>(rule_->shape[0]);
    for (std::size_t band = first / rows; band * rows < first + count; ++band) {
      if (seen_[band]) continue;
      look_at(array, band * rows);
      seen_[band] = true;
    }
  }

 private:
  void look_at(const hdf5_array& array, std::size_t first) const {
    hdf5_silence quiet;
    std::vector<hsize_t> start(rule_->shape.size(), 0);
    start[0] = first;
    while (true) {
      detail::expect_chunk(array, *rule_, start);
      std::size_t axis = start.size() - 1;
      while (axis > 0 && (start[axis] += rule_->shape[axis]) >= array.shape()[axis]) start[axis--] = 0;
      if (axis == 0) return;
    }
  }

  std::optional<detail::chunk_rule> rule_;
  std::vector<bool> seen_;  // for each band of rows that share their chunks; empty if there is nothing to check
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
