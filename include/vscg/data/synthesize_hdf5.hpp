// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/synthesize_options.hpp>
#include <vscg/files/float16.hpp>
#include <vscg/files/output_file.hpp>

namespace vscg::data {
inline namespace VSCG_INSTRUCTION_SET {
namespace synthesis {

/// What HDF5 says went wrong; if the system refused, in the system's words ("No space left on device").
inline std::string reason_of_failure() {
  const std::string reason = hdf5_last_error();
  const std::size_t from = reason.find("error message = '");
  if (from == std::string::npos) return reason;
  const std::size_t begin = from + 17;
  return reason.substr(begin, reason.find('\'', begin) - begin);
}

/// One file with one data set whose rows are written in order, as in the AVE data set's files. HDF5 lays the file out;
/// the rows of a contiguous one are then written without HDF5, because a disk that fills up under HDF5 leaves the
/// library in a state from which the process crashes when it ends (HDF5 1.10).
class hdf5_rows {
 public:
  /// `shape` is [rows, …], `type` is one of this machine's own. `compress` chunks by row and deflates.
  hdf5_rows(std::filesystem::path path, const char* key, std::vector<hsize_t> shape, hid_t type, bool compress)
      : path_(std::move(path)), shape_(std::move(shape)), type_(H5Tcopy(type), H5Tclose), compress_(compress) {
    row_bytes_ = H5Tget_size(type);
    for (std::size_t axis = 1; axis < shape_.size(); ++axis) row_bytes_ *= static_cast<std::size_t>(shape_[axis]);
    const std::size_t bytes = static_cast<std::size_t>(shape_[0]) * row_bytes_;
    if (!compress) output_file(path_, O_CREAT | O_EXCL | O_WRONLY).reserve(bytes + 65536);
    create(key);
    if (compress) return;
    const haddr_t offset = H5Dget_offset(set_.get());
    if (offset == HADDR_UNDEF) throw expectation_error(path_.string() + ": cannot write: " + reason_of_failure());
    offset_ = static_cast<std::size_t>(offset);
    finish();
    raw_ = output_file(path_, O_WRONLY);
    raw_.reserve(offset_ + bytes);
  }

  /// Writes rows [first, first + count).
  void write(std::size_t first, std::size_t count, const void* values) {
    if (!compress_) {
      return raw_.write_at(offset_ + first * row_bytes_, {static_cast<const std::byte*>(values), count * row_bytes_});
    }
    const hdf5_silence silence;
    std::vector<hsize_t> start(shape_.size(), 0), extent = shape_;
    start[0] = first;
    extent[0] = count;
    const hdf5_handle there(check(H5Dget_space(set_.get())), H5Sclose);
    check(H5Sselect_hyperslab(there.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr));
    const hdf5_handle here(check(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr)), H5Sclose);
    check(H5Dwrite(set_.get(), type_.get(), here.get(), there.get(), H5P_DEFAULT, values));
  }

  /// Finishes the file; until then its bytes may be incomplete. Throws vscg::stopped when `stop` says so.
  void close(const std::function<bool()>& stop = nullptr) {
    if (compress_) finish();
    raw_.close();
    output_file(path_, O_RDONLY).write_out(stop);
  }

 private:
  void create(const char* key) {
    const hdf5_silence silence;
    file_ = {check(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)), H5Fclose};
    const hdf5_handle space(check(H5Screate_simple(static_cast<int>(shape_.size()), shape_.data(), nullptr)), H5Sclose);
    const hdf5_handle layout(check(H5Pcreate(H5P_DATASET_CREATE)), H5Pclose);
    if (compress_) {
      std::vector<hsize_t> chunk = shape_;
      chunk[0] = 1;
      check(H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data()));
      check(H5Pset_shuffle(layout.get()));
      check(H5Pset_deflate(layout.get(), 1));
    } else {
      check(H5Pset_alloc_time(layout.get(), H5D_ALLOC_TIME_EARLY));  // gives the rows their place in the file now
    }
    check(H5Pset_fill_time(layout.get(), H5D_FILL_TIME_NEVER));  // every row is written
    check(H5Pset_obj_track_times(layout.get(), false));          // the same data set has the same bytes at any time
    set_ = {check(H5Dcreate2(file_.get(), key, type_.get(), space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT)),
            H5Dclose};
  }

  void finish() {
    const hdf5_silence silence;
    check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL));
    check(set_.end());
    check(file_.end());
  }

  template <class Result>
  Result check(Result result) {
    if (result < 0) {
      const std::string reason = reason_of_failure();
      // On a full disk HDF5 could not even close the file: truncating it makes room for what HDF5 still wants to write.
      // If that fails too, the file counts as closed anyway and is not closed again.
      static_cast<void>(::truncate(path_.c_str(), 0));
      set_.end();
      file_.end();
      throw expectation_error(path_.string() + ": cannot write: " + reason);
    }
    return result;
  }

  std::filesystem::path path_;
  std::vector<hsize_t> shape_;
  hdf5_handle type_, file_, set_;
  bool compress_;
  std::size_t row_bytes_ = 0, offset_ = 0;
  output_file raw_;
};

/// The HDF5 type of features. HDF5 has no name for binary16: sign 15, exponent 10 … 14 with bias 15, mantissa 0 … 9.
inline hdf5_handle hdf5_type(stored_type type) {
  hdf5_handle result(H5Tcopy(type == stored_type::float64 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT), H5Tclose);
  const auto fits = [&] {
    return H5Tset_fields(result.get(), 15, 10, 5, 0, 10) >= 0 && H5Tset_size(result.get(), 2) >= 0 &&
           H5Tset_ebias(result.get(), 15) >= 0;
  };
  if (!result || (type == stored_type::float16 && !fits()))
    throw expectation_error("the type of features: " + reason_of_failure());
  return result;
}

/// Features given as float, stored in the type asked for.
class hdf5_features {
 public:
  hdf5_features(std::filesystem::path path, std::vector<hsize_t> shape, stored_type type, bool compress)
      : type_(type), rows_(std::move(path), "avadataset", std::move(shape), hdf5_type(type).get(), compress) {}

  void write(std::size_t row, std::span<const float> values) {
    switch (type_) {
      case stored_type::float64:
        doubles_.assign(values.begin(), values.end());
        return rows_.write(row, 1, doubles_.data());
      case stored_type::float32:
        return rows_.write(row, 1, values.data());
      case stored_type::float16:
        halves_.resize(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) halves_[i] = float_to_half(values[i]);
        return rows_.write(row, 1, halves_.data());
    }
  }

  void close(const std::function<bool()>& stop = nullptr) { rows_.close(stop); }

 private:
  stored_type type_;
  hdf5_rows rows_;
  std::vector<double> doubles_;
  std::vector<std::uint16_t> halves_;
};

}  // namespace synthesis
}  // namespace VSCG_INSTRUCTION_SET
}  // namespace vscg::data

#include <vscg/core/end.hpp>
