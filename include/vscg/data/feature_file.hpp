// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>
#include <vscg/core/finite.hpp>
#include <vscg/data/feature_cache.hpp>
#include <vscg/data/hdf5_array.hpp>
#include <vscg/data/hdf5_inspection.hpp>
#include <vscg/data/hdf5_storage.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/files/element.hpp>
#include <vscg/files/file_state.hpp>
#include <vscg/files/locked_file.hpp>
#include <vscg/files/make_folder.hpp>
#include <vscg/files/mapped_file.hpp>

namespace vscg::data {

/// A file of features `[N, segments, ...]`, read row by row and never as a whole.
///
/// An array that is contiguous in the file is mapped and converted from there: no lock, no buffer. Any other array
/// passes through HDF5 and a buffer of one video. Const calls may come from several threads at the same time.
class feature_file {
 public:
  /// Opens features of shape `item` (segments first). HDF5 is called under `hdf5`.
  feature_file(const std::filesystem::path& path, const std::vector<std::size_t>& item,
               std::shared_ptr<std::mutex> hdf5)
      : hdf5_(std::move(hdf5)) {
    const std::lock_guard lock(*hdf5_);
    path_ = path;
    std::vector<std::size_t> expected = {0};
    expected.insert(expected.end(), item.begin(), item.end());
    const hdf5_facts facts = inspect_hdf5(path, "avadataset", {expected});
    rows_ = facts.shape[0];
    segments_ = item[0];
    values_ = 1;
    for (const std::size_t size : item) values_ *= size;
    rows_per_chunk_ = facts.rows_per_chunk;
    format_ = facts.format;
    map_or_open(facts);
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

  /// Whether rows come from a mapping (of the file or of its cache) and not through HDF5.
  bool mapped() const { return static_cast<bool>(map_); }

  /// How many videos must be decompressed to read one: 1 unless chunks hold several.
  std::size_t videos_per_read() const { return map_ ? 1 : std::max<std::size_t>(1, rows_per_chunk_); }

  /// Reads one video of `[segments, ...]` values; throws vscg::expectation_error naming video and segment of a value
  /// that is NaN or infinite (or too large for float).
  template <std::floating_point T>
  void read(std::size_t row, T* out) const {
    const std::size_t bytes = values_ * format_.bytes();
    if (map_) {
      const std::size_t offset = offset_ + row * bytes;
      map_.fetch(offset, bytes);
      convert(row, map_.data() + offset, out);
      map_.release(offset, bytes);  // otherwise the resident size would grow to the file's
      return;
    }
    const std::lock_guard lock(*hdf5_);
    read_block(row, 1, 0, segments_, buffer_);
    convert(row, buffer_.data(), out);
  }

  /// From now on, reads from a float32 copy in `folder`, which is written first if it is missing or belongs to another
  /// state of the source. Throws vscg::expectation_error if it cannot be written. If the system does not map it, the
  /// source stays in use. `progress` is called with (videos done, in all) during that; an exception from it ends the
  /// work and leaves nothing half-written.
  void use_cache(const std::filesystem::path& folder, const std::function<void(std::size_t, std::size_t)>& progress) {
    const feature_cache cache(folder, path_, rows_, values_);
    make_folder(folder);
    mapped_file copy = cache.open();
    if (!copy && !copy.refused()) {
      locked_file lock;  // only one process copies: the others wait and find the copy
      lock.open(folder / "lock", "cannot write " + cache.path().string(), [&] {
        if (progress) progress(0, rows_);
      });
      copy = cache.open();  // another process may have written it while this one waited
      if (!copy && !copy.refused()) {
        cache.write([&](atomic_file& file) { copy_all(file, progress); });
        copy = cache.open();
      }
      if (!copy && !copy.refused())
        throw expectation_error(cache.path().string(), "the cache just written", "another file");
    }
    if (copy.refused()) return;
    const std::lock_guard lock(*hdf5_);
    array_ = {};
    buffer_ = {};
    map_ = std::move(copy);
    offset_ = feature_cache::header_bytes;
    format_ = {element_kind::float32, false};
  }

 private:
  // Rows that are contiguous in the file are mapped. If they are not, or the system does not map the file, they pass
  // through HDF5.
  void map_or_open(const hdf5_facts& facts) {
    if (facts.offset && format_.kind != element_kind::integer && rows_ > 0) {
      mapped_file map(path_);
      expect_same(facts.state, map.state());
      if (map) {
        map_ = std::move(map);
        offset_ = *facts.offset;
        return;
      }
    }
    array_ = hdf5_array::open(path_, facts.key);
    expect_same(facts.state, array_.state());
    if (rows_ > 0) watch_ = hdf5_chunk_watch(array_);
  }

  void expect_same(const file_state& before, const file_state& now) const {
    if (before != now)
      throw expectation_error(path_.string(), "a file that stays as it is while it is opened", "another one");
  }

  // Reads videos x segments [first_segment, first_segment + count) as they are in the file.
  void read_block(std::size_t row, std::size_t rows, std::size_t first_segment, std::size_t count,
                  std::vector<std::byte>& to) const {
    const auto& shape = array_.shape();
    std::vector<hsize_t> start(shape.size(), 0), size(shape.begin(), shape.end());
    start[0] = row;
    size[0] = rows;
    start[1] = first_segment;
    size[1] = count;
    watch_.look(array_, row, rows);
    array_.read(start, size, format_.kind == element_kind::integer ? H5T_NATIVE_DOUBLE : array_.type(), to.data());
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
    const T bad = out[first_not_finite(std::span<const T>(out, count))];
    throw expectation_error(
        path_.string() + ": video row " + std::to_string(row) + ", segment " + std::to_string(segment),
        "finite features", not_finite_text(bad));
  }

  void copy_all(atomic_file& file, const std::function<void(std::size_t, std::size_t)>& progress) const {
    const std::size_t count = values_ / segments_;
    const auto place = [&](std::size_t row, std::size_t segment) {
      return feature_cache::header_bytes + (row * values_ + segment * count) * sizeof(float);
    };
    if (videos_per_read() == 1) {
      std::vector<float> video(values_);
      for (std::size_t row = 0; row < rows_; ++row) {
        read(row, video.data());
        file.write_at(place(row, 0), std::as_bytes(std::span(video)));
        if (progress) progress(row + 1, rows_);
      }
      return;
    }
    // Chunks hold several videos. Reading one segment of as many videos at a time avoids decompressing a chunk once for
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
          file.write_at(place(first + row, segment), std::as_bytes(std::span(values)));
        }
      }
      if (progress) progress(first + rows, rows_);
    }
  }

  std::shared_ptr<std::mutex> hdf5_;
  std::filesystem::path path_;
  hdf5_array array_;                // closed once the rows come from a mapping
  mutable hdf5_chunk_watch watch_;  // guarded by *hdf5_
  mapped_file map_;
  std::size_t offset_ = 0;
  std::size_t rows_ = 0, segments_ = 0, values_ = 0, rows_per_chunk_ = 0;
  element_format format_;
  mutable std::vector<std::byte> buffer_;  // guarded by *hdf5_
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
