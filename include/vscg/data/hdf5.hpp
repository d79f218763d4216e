// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>

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

  /// Negative where the library could not, as when the last of a file does not reach the disk.
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

/// What the library says about its last failure: the innermost entry of its stack, where the cause stands.
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

/// "[4143,10,29]"; 0 stands for any number of videos and is written N.
inline std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis > 0) text += ',';
    text += shape[axis] == 0 ? std::string("N") : std::to_string(shape[axis]);
  }
  return text + "]";
}

/// One array of an HDF5 file, open for reading.
///
/// HDF5 may have been built without threads: calls on any object of this kind must not overlap in time.
class hdf5_array {
 public:
  hdf5_array() = default;

  /// Opens `key`, or the only array of the file if it has no such key.
  /// Throws vscg::error for a file that is missing, not HDF5, or truncated, and for a missing key (lists those found).
  static hdf5_array open(const std::filesystem::path& file, const std::string& key) {
    hdf5_silence quiet;
    hdf5_array result;
    result.path_ = file;
    result.file_ = open_file(file);
    result.open_key(key);
    result.type_ = hdf5_handle(H5Dget_type(result.array_.get()), H5Tclose);
    const hdf5_handle space(H5Dget_space(result.array_.get()), H5Sclose);
    const int rank = space ? H5Sget_simple_extent_ndims(space.get()) : -1;
    if (!result.type_ || rank < 0) throw error(result.name(), "a plain array", hdf5_last_error());
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
    if (rank > 0) H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
    result.shape_.assign(sizes.begin(), sizes.end());
    return result;
  }

  const std::filesystem::path& path() const { return path_; }
  const std::vector<std::size_t>& shape() const { return shape_; }
  hid_t id() const { return array_.get(); }
  hid_t type() const { return type_.get(); }

  /// The file with the key that was used, for messages.
  std::string name() const { return path_.string() + " (" + key_ + ")"; }

  /// Whether the shape is the expected one, 0 standing for any number of rows.
  bool has_shape(const std::vector<std::size_t>& expected) const {
    if (shape_.size() != expected.size()) return false;
    for (std::size_t axis = 0; axis < expected.size(); ++axis) {
      if (expected[axis] != 0 && shape_[axis] != expected[axis]) return false;
    }
    return true;
  }

  /// Throws vscg::error with both shapes unless has_shape(expected).
  void expect_shape(const std::vector<std::size_t>& expected) const {
    if (!has_shape(expected)) throw error(name(), "shape " + shape_text(expected), shape_text(shape_));
  }

  /// Throws vscg::error unless the elements are numbers (an enumeration counts: h5py stores booleans as one).
  void expect_numbers() const {
    const H5T_class_t kind = H5Tget_class(type_.get());
    if (kind != H5T_FLOAT && kind != H5T_INTEGER && kind != H5T_ENUM) {
      throw error(name(), "numbers", "elements of another kind (strings or records)");
    }
  }

  /// Rows per chunk of the file, 0 if it is not chunked. Reading one row costs decompressing all of its chunks.
  std::size_t rows_per_chunk() const {
    const hdf5_handle plan(H5Dget_create_plist(array_.get()), H5Pclose);
    if (shape_.empty() || !plan || H5Pget_layout(plan.get()) != H5D_CHUNKED) return 0;
    std::vector<hsize_t> chunk(shape_.size());
    if (H5Pget_chunk(plan.get(), static_cast<int>(chunk.size()), chunk.data()) < 0) return 0;
    return static_cast<std::size_t>(chunk[0]);
  }

  /// Reads the block that starts at `start` and has `count` entries along each axis, as elements of the HDF5 type `as`.
  void read(const std::vector<hsize_t>& start, const std::vector<hsize_t>& count, hid_t as, void* out) const {
    hdf5_silence quiet;
    const hdf5_handle file_space(H5Dget_space(array_.get()), H5Sclose);
    const hdf5_handle memory_space(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
    if (!file_space || !memory_space ||
        H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
        H5Dread(array_.get(), as, memory_space.get(), file_space.get(), H5P_DEFAULT, out) < 0) {
      throw error(name() + ": rows from " + std::to_string(start.empty() ? 0 : start[0]), "readable data",
                  hdf5_last_error());
    }
  }

  /// Reads `count` whole rows from `first` on as double.
  void read_rows(std::size_t first, std::size_t count, double* out) const {
    std::vector<hsize_t> start(shape_.size(), 0), size(shape_.begin(), shape_.end());
    start.at(0) = first;
    size.at(0) = count;
    read(start, size, H5T_NATIVE_DOUBLE, out);
  }

 private:
  static hdf5_handle open_file(const std::filesystem::path& file) {
    std::error_code code;
    if (!std::filesystem::exists(file, code)) throw error(file.string(), "an HDF5 file", "no such file");
    if (!std::filesystem::is_regular_file(file, code)) throw error(file.string(), "an HDF5 file", "not a file");
    hdf5_handle handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (handle) return handle;
    const std::string why = hdf5_last_error();
    const auto bytes = std::to_string(std::filesystem::file_size(file, code)) + " bytes";
    if (why.find("truncated") != std::string::npos) {
      throw error(file.string(), "a complete HDF5 file", bytes + ", the end is missing (" + why + ")");
    }
    if (H5Fis_hdf5(file.c_str()) == 0) {
      throw error(file.string(), "an HDF5 file", bytes + " of something else, or an empty or broken download");
    }
    throw error(file.string(), "a readable HDF5 file", why);
  }

  static hdf5_handle open_object(hid_t file, const std::string& key) {
    return {H5Oopen(file, key.c_str(), H5P_DEFAULT), H5Oclose};
  }

  void open_key(const std::string& wanted) {
    std::vector<std::string> found, arrays;
    H5G_info_t info;
    if (H5Gget_info(file_.get(), &info) < 0) throw error(path_.string(), "a readable HDF5 file", hdf5_last_error());
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      const auto name_at = [&](char* to, std::size_t size) {
        return H5Lget_name_by_idx(file_.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, to, size, H5P_DEFAULT);
      };
      const auto length = name_at(nullptr, 0);
      if (length < 0) throw error(path_.string(), "a readable HDF5 file", hdf5_last_error());
      std::string text(static_cast<std::size_t>(length) + 1, '\0');
      name_at(text.data(), text.size());
      text.pop_back();
      const hdf5_handle object = open_object(file_.get(), text);
      if (object && H5Iget_type(object.get()) == H5I_DATASET) arrays.push_back(text);
      found.push_back(text);
    }
    for (const std::string& candidate : arrays) {
      if (candidate == wanted) key_ = wanted;
    }
    if (key_.empty() && arrays.size() == 1) key_ = arrays.front();
    if (key_.empty()) {
      std::string keys;
      for (const std::string& candidate : found) keys += (keys.empty() ? "" : ", ") + candidate;
      throw error(path_.string(), "the key " + wanted + " (or one array only)",
                  keys.empty() ? "no key at all" : "keys: " + keys);
    }
    array_ = hdf5_handle(H5Dopen2(file_.get(), key_.c_str(), H5P_DEFAULT), H5Dclose);
    if (!array_) throw error(name(), "a readable array", hdf5_last_error());
  }

  // Members are closed from the last to the first: array and type before the file.
  std::filesystem::path path_;
  std::string key_;
  std::vector<std::size_t> shape_;
  hdf5_handle file_, array_, type_;
};

}  // namespace vscg::data
