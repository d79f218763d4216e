// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/config.hpp>
#include <vscg/core/shape_text.hpp>

namespace vscg::data {

/// Owns one identifier of the HDF5 library.
class hdf5_handle {
 public:
  using closer = herr_t (*)(hid_t);

  hdf5_handle() = default;
  hdf5_handle(hid_t id, closer close) : id_(id), close_(close) {}
  hdf5_handle(hdf5_handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  hdf5_handle& operator=(hdf5_handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~hdf5_handle() {
    if (id_ >= 0) close_(id_);
  }

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

  /// Negative if the library failed, such as when the last of a file does not reach the disk.
  herr_t end() { return id_ >= 0 ? close_(std::exchange(id_, -1)) : 0; }

 private:
  hid_t id_ = -1;
  closer close_ = nullptr;
};

/// While it lives, the library keeps its errors on its stack instead of printing them.
class hdf5_silence {
 public:
  hdf5_silence() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  hdf5_silence(const hdf5_silence&) = delete;
  hdf5_silence& operator=(const hdf5_silence&) = delete;
  ~hdf5_silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// What the library says about its last failure: the innermost entry of its stack, which holds the cause.
inline std::string hdf5_last_error() {
  std::string text;
  const auto take = [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
    auto& result = *static_cast<std::string*>(out);
    if (result.empty() && entry->desc != nullptr) result = entry->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take, &text);
  return text.empty() ? "an error that HDF5 does not explain" : text;
}

/// "HDF5 1.10.8", the library that this process uses.
inline std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return "HDF5 " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

/// "[4143,10,29]"; 0 stands for any number of videos and is written N.
inline std::string video_shape_text(const std::vector<std::size_t>& shape) { return shape_text(shape, 0, ","); }

}  // namespace vscg::data

#include <vscg/core/end.hpp>
