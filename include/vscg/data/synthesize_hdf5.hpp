// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/synthesize_options.hpp>

namespace vscg::data::synthesis {

/// IEEE binary16 of a float: nearest, ties to even; too large becomes infinity. In software, because neither compiler
/// has a type for it on every machine and HDF5's own conversion is slow.
inline std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16U) & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  std::uint32_t half = 0;
  if (magnitude >= 0x47800000U) {  // 65536 and above, infinity, NaN
    half = magnitude > 0x7F800000U ? 0x7E00U : 0x7C00U;
  } else if (magnitude < 0x38800000U) {  // below 2^-14: adding 1/2 leaves the subnormal's bits at the mantissa's end
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
  } else {
    half = (magnitude - 0x38000000U + 0xFFFU + ((magnitude >> 13U) & 1U)) >> 13U;
  }
  return static_cast<std::uint16_t>(sign | half);
}

/// What HDF5 says went wrong; where the system refused, in the system's words ("No space left on device").
inline std::string reason_of_failure() {
  const std::string reason = hdf5_last_error();
  const std::size_t from = reason.find("error message = '");
  if (from == std::string::npos) return reason;
  const std::size_t begin = from + 17;
  return reason.substr(begin, reason.find('\'', begin) - begin);
}

/// One file with one data set whose rows are written in order, as the AVE data set's files are.
class hdf5_rows {
 public:
  /// `shape` is [rows, …]. `compress` chunks by row and deflates.
  hdf5_rows(std::filesystem::path path, const char* key, std::vector<hsize_t> shape, hid_t type, bool compress)
      : path_(std::move(path)), shape_(std::move(shape)) {
    const hdf5_silence silence;
    file_ = {check(H5Fcreate(path_.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT)), H5Fclose};
    const hdf5_handle space(check(H5Screate_simple(static_cast<int>(shape_.size()), shape_.data(), nullptr)), H5Sclose);
    const hdf5_handle layout(check(H5Pcreate(H5P_DATASET_CREATE)), H5Pclose);
    if (compress) {
      std::vector<hsize_t> chunk = shape_;
      chunk[0] = 1;
      check(H5Pset_chunk(layout.get(), static_cast<int>(chunk.size()), chunk.data()));
      check(H5Pset_shuffle(layout.get()));
      check(H5Pset_deflate(layout.get(), 1));
    }
    H5Pset_fill_time(layout.get(), H5D_FILL_TIME_NEVER);  // every row is written
    set_ = {check(H5Dcreate2(file_.get(), key, type, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT)), H5Dclose};
  }

  /// Writes rows [first, first + count) from memory of `type`.
  void write(hsize_t first, hsize_t count, const void* values, hid_t type) {
    const hdf5_silence silence;
    std::vector<hsize_t> start(shape_.size(), 0), extent = shape_;
    start[0] = first;
    extent[0] = count;
    const hdf5_handle there(check(H5Dget_space(set_.get())), H5Sclose);
    check(H5Sselect_hyperslab(there.get(), H5S_SELECT_SET, start.data(), nullptr, extent.data(), nullptr));
    const hdf5_handle here(check(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr)), H5Sclose);
    check(H5Dwrite(set_.get(), type, here.get(), there.get(), H5P_DEFAULT, values));
  }

  /// Ends the file; until then its bytes may be incomplete.
  void close() {
    const hdf5_silence silence;
    check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL));
    set_ = {};
    file_ = {};
  }

 private:
  template <class Result>
  Result check(Result result) const {
    if (result < 0) fail();
    return result;
  }
  [[noreturn]] void fail() const { throw error(path_.string() + ": cannot write: " + reason_of_failure()); }

  std::filesystem::path path_;
  std::vector<hsize_t> shape_;
  hdf5_handle file_, set_;
};

/// Features given as float, stored in the type asked for.
class hdf5_features {
 public:
  hdf5_features(std::filesystem::path path, std::vector<hsize_t> shape, stored_type type, bool compress)
      : type_(type), half_(H5Tcopy(H5T_IEEE_F32LE), H5Tclose) {
    // HDF5 has no name for binary16: sign 15, exponent 10 … 14 with bias 15, mantissa 0 … 9.
    H5Tset_fields(half_.get(), 15, 10, 5, 0, 10);
    H5Tset_size(half_.get(), 2);
    H5Tset_ebias(half_.get(), 15);
    const hid_t stored = type == stored_type::float64   ? H5T_IEEE_F64LE
                         : type == stored_type::float32 ? H5T_IEEE_F32LE
                                                        : half_.get();
    rows_.emplace_back(std::move(path), "avadataset", std::move(shape), stored, compress);
  }

  void write(hsize_t row, std::span<const float> values) {
    switch (type_) {
      case stored_type::float64:
        doubles_.assign(values.begin(), values.end());
        rows_.front().write(row, 1, doubles_.data(), H5T_NATIVE_DOUBLE);
        break;
      case stored_type::float32:
        rows_.front().write(row, 1, values.data(), H5T_NATIVE_FLOAT);
        break;
      case stored_type::float16:
        halves_.resize(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) halves_[i] = to_half(values[i]);
        rows_.front().write(row, 1, halves_.data(), half_.get());
        break;
    }
  }

  void close() { rows_.front().close(); }

 private:
  stored_type type_;
  hdf5_handle half_;
  std::vector<hdf5_rows> rows_;  // one: it is made after the type is
  std::vector<double> doubles_;
  std::vector<std::uint16_t> halves_;
};

}  // namespace vscg::data::synthesis
