// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>
#include <vscg/data/element.hpp>
#include <vscg/data/feature_cache.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/mapped_file.hpp>
#include <vscg/data/part_file.hpp>

namespace vscg::data {

/// How the elements of HDF5 type `type` stand in the file.
inline element_format element_format_of(hid_t type) {
  constexpr bool little = std::endian::native == std::endian::little;
  if (H5Tget_class(type) != H5T_FLOAT) return {};
  const auto is = [&](hid_t other) { return H5Tequal(type, other) > 0; };
  if (is(H5T_IEEE_F32LE)) return {element_kind::float32, !little};
  if (is(H5T_IEEE_F32BE)) return {element_kind::float32, little};
  if (is(H5T_IEEE_F64LE)) return {element_kind::float64, !little};
  if (is(H5T_IEEE_F64BE)) return {element_kind::float64, little};
  // HDF5 1.10 has no name for half precision; h5py and others build it from its bit fields.
  std::size_t sign = 0, exponent = 0, exponent_bits = 0, mantissa = 0, mantissa_bits = 0;
  if (H5Tget_size(type) == 2 && H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
      sign == 15 && exponent == 10 && exponent_bits == 5 && mantissa == 0 && mantissa_bits == 10 &&
      H5Tget_ebias(type) == 15 && H5Tget_norm(type) == H5T_NORM_IMPLIED) {
    return {element_kind::float16, (H5Tget_order(type) == H5T_ORDER_LE) != little};
  }
  return {};
}

/// A file of features `[N, segments, ...]`, read row by row and never whole.
///
/// An array that is contiguous in the file is mapped and converted from there: no lock, no buffer. Any other one passes
/// through HDF5 and a buffer of one video. Const calls may come from several threads at once.
class feature_file {
 public:
  /// Opens the features of `item` shape (segments first). Calls of HDF5 are made under `hdf5`.
  feature_file(const std::filesystem::path& path, const std::vector<std::size_t>& item,
               std::shared_ptr<std::mutex> hdf5)
      : hdf5_(std::move(hdf5)) {
    const std::lock_guard lock(*hdf5_);
    hdf5_silence quiet;
    array_ = hdf5_array::open(path, "avadataset");
    path_ = path;
    std::vector<std::size_t> expected = {0};
    expected.insert(expected.end(), item.begin(), item.end());
    array_.expect_shape(expected);
    array_.expect_numbers();
    rows_ = array_.shape()[0];
    segments_ = item[0];
    values_ = 1;
    for (const std::size_t size : item) values_ *= size;
    rows_per_chunk_ = array_.rows_per_chunk();
    format_ = element_format_of(array_.type());
    map_if_contiguous();
    if (!map_) buffer_.resize(values_ * format_.bytes());
  }
  feature_file(feature_file&&) = default;
  feature_file& operator=(feature_file&&) = default;
  ~feature_file() {
    if (!hdf5_) return;
    const std::lock_guard lock(*hdf5_);
    array_ = {};
  }

  std::size_t rows() const { return rows_; }
  const std::filesystem::path& path() const { return path_; }

  /// Whether rows come from a mapping (of the file or of its cache) instead of through HDF5.
  bool mapped() const { return static_cast<bool>(map_); }

  /// How many videos must be decompressed to read one: 1 unless chunks hold several.
  std::size_t videos_per_read() const { return map_ ? 1 : std::max<std::size_t>(1, rows_per_chunk_); }

  /// Reads one video of `[segments, ...]` values; throws vscg::error naming video and segment of a value that is NaN or
  /// infinite (or, as float, too large).
  template <std::floating_point T>
  void read(std::size_t row, T* out) const {
    const std::size_t bytes = values_ * format_.bytes();
    if (map_) {
      const std::size_t offset = offset_ + row * bytes;
      map_.fetch(offset, bytes);
      convert(row, map_.data() + offset, out);
      map_.release(offset, bytes);  // or the resident size would grow to the file's
      return;
    }
    const std::lock_guard lock(*hdf5_);
    read_block(row, 1, 0, segments_, buffer_);
    convert(row, buffer_.data(), out);
  }

  /// Reads from a float32 copy in `folder` from now on, which is written first if it is missing or belongs to another
  /// state of the source. Throws vscg::error if it cannot be written. `progress` is called with (videos done, in all)
  /// while that goes on; what it throws ends it and leaves nothing half-written.
  void use_cache(const std::filesystem::path& folder, const std::function<void(std::size_t, std::size_t)>& progress) {
    const feature_cache cache(folder, path_, rows_, values_);
    mapped_file copy = cache.open();
    if (!copy) {
      make_folder(folder);
      const folder_lock lock(folder, [&] {
        if (progress) progress(0, rows_);
      });
      copy = cache.open();  // another process may have written it while this one waited
      if (!copy) {
        cache.write([&](part_file& file) { copy_all(file, progress); });
        copy = cache.open();
      }
      if (!copy) throw error(cache.path().string(), "the cache just written", "another file");
    }
    const std::lock_guard lock(*hdf5_);
    array_ = {};
    buffer_ = {};
    map_ = std::move(copy);
    offset_ = feature_cache::header_bytes;
    format_ = {element_kind::float32, false};
  }

 private:
  void map_if_contiguous() {
    if (format_.kind == element_kind::other) return;
    const hdf5_handle plan(H5Dget_create_plist(array_.id()), H5Pclose);
    if (!plan || H5Pget_layout(plan.get()) != H5D_CONTIGUOUS || H5Pget_external_count(plan.get()) != 0) return;
    const haddr_t offset = H5Dget_offset(array_.id());
    if (offset == HADDR_UNDEF) return;  // never written: HDF5 knows the fill value
    mapped_file map(path_);
    const std::size_t bytes = rows_ * values_ * format_.bytes();
    if (map.size() < offset || map.size() - offset < bytes) {
      throw error(array_.name(), std::to_string(bytes) + " bytes of data from byte " + std::to_string(offset) + " on",
                  "a truncated file of " + std::to_string(map.size()) + " bytes");
    }
    map_ = std::move(map);
    offset_ = offset;
    array_ = {};
  }

  // Reads videos x segments [first_segment, first_segment + segments) as they stand in the file.
  void read_block(std::size_t row, std::size_t rows, std::size_t first_segment, std::size_t count,
                  std::vector<std::byte>& to) const {
    const auto& shape = array_.shape();
    std::vector<hsize_t> start(shape.size(), 0), size(shape.begin(), shape.end());
    start[0] = row;
    size[0] = rows;
    start[1] = first_segment;
    size[1] = count;
    array_.read(start, size, format_.kind == element_kind::other ? H5T_NATIVE_DOUBLE : array_.type(), to.data());
  }

  template <class T>
  void convert(std::size_t row, const std::byte* from, T* out) const {
    const std::size_t count = values_ / segments_;
    for (std::size_t segment = 0; segment < segments_; ++segment) {
      convert_segment(row, segment, from + segment * count * format_.bytes(), out + segment * count);
    }
  }

  template <class T>
  void convert_segment(std::size_t row, std::size_t segment, const std::byte* from, T* out) const {
    const std::size_t count = values_ / segments_;
    if (convert_elements(format_, from, count, out)) return;
    const T* const bad = std::find_if(out, out + count, [](T value) { return !detail::is_finite(value); });
    throw error(path_.string() + ": video row " + std::to_string(row) + ", segment " + std::to_string(segment),
                "finite features", std::isnan(*bad) ? "NaN" : "infinity");
  }

  void copy_all(part_file& file, const std::function<void(std::size_t, std::size_t)>& progress) const {
    const std::size_t count = values_ / segments_;
    const auto place = [&](std::size_t row, std::size_t segment) {
      return feature_cache::header_bytes + (row * values_ + segment * count) * sizeof(float);
    };
    if (videos_per_read() == 1) {
      std::vector<float> video(values_);
      for (std::size_t row = 0; row < rows_; ++row) {
        read(row, video.data());
        file.write_at(place(row, 0), video.data(), values_ * sizeof(float));
        if (progress) progress(row + 1, rows_);
      }
      return;
    }
    // Chunks hold several videos: one segment of as many videos at a time, so that a chunk is not decompressed once for
    // each of them, in at most 64 MiB.
    const std::lock_guard lock(*hdf5_);
    const std::size_t limit = std::max<std::size_t>(1, (std::size_t{64} << 20U) / (count * format_.bytes()));
    const std::size_t step = std::min({rows_, rows_per_chunk_, limit});
    std::vector<std::byte> raw(step * count * format_.bytes());
    std::vector<float> values(count);
    for (std::size_t first = 0; first < rows_; first += step) {
      const std::size_t rows = std::min(step, rows_ - first);
      for (std::size_t segment = 0; segment < segments_; ++segment) {
        if (progress) progress(first, rows_);
        read_block(first, rows, segment, 1, raw);
        for (std::size_t row = 0; row < rows; ++row) {
          convert_segment(first + row, segment, raw.data() + row * count * format_.bytes(), values.data());
          file.write_at(place(first + row, segment), values.data(), count * sizeof(float));
        }
      }
      if (progress) progress(first + rows, rows_);
    }
  }

  std::shared_ptr<std::mutex> hdf5_;
  std::filesystem::path path_;
  hdf5_array array_;  // closed once the rows come from a mapping
  mapped_file map_;
  std::size_t offset_ = 0;
  std::size_t rows_ = 0, segments_ = 0, values_ = 0, rows_per_chunk_ = 0;
  element_format format_;
  mutable std::vector<std::byte> buffer_;  // guarded by *hdf5_
};

}  // namespace vscg::data
