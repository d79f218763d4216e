// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <vscg/core/error.hpp>
#include <vscg/data/hdf5.hpp>
#include <vscg/data/hdf5_links.hpp>
#include <vscg/files/file_state.hpp>

namespace vscg::data {

/// One array of an HDF5 file, open for reading through HDF5's library.
///
/// The library trusts the file: one wrong byte can end the process, so call inspect_hdf5() first. HDF5 may have been
/// built without threads: calls on any objects of this kind must not overlap in time.
class hdf5_array {
 public:
  hdf5_array() = default;

  /// Opens `key`, or the only array of the file if it has no such key.
  /// Throws vscg::expectation_error for a file that is missing, not HDF5, or truncated, and for a missing key (lists
  /// those found).
  static hdf5_array open(const std::filesystem::path& file, const std::string& key) {
    hdf5_silence quiet;
    hdf5_array result;
    result.path_ = file;
    result.file_ = detail::open_hdf5_file(file);
    result.key_ = find_hdf5_array(result.file_.get(), file, key);
    result.open_array();
    return result;
  }

  /// Opens the array at a path of names inside the file.
  static hdf5_array open_at(const std::filesystem::path& file, const std::string& place) {
    hdf5_silence quiet;
    hdf5_array result;
    result.path_ = file;
    result.key_ = place;
    result.file_ = detail::open_hdf5_file(file);
    result.open_array();
    return result;
  }

  const std::filesystem::path& path() const { return path_; }
  const std::string& key() const { return key_; }
  const std::vector<std::size_t>& shape() const { return shape_; }
  hid_t id() const { return array_.get(); }
  hid_t type() const { return type_.get(); }

  /// The file with the key that was used, for messages.
  std::string name() const { return path_.string() + " (" + key_ + ")"; }

  /// The property list that the array was made with: its layout, filters, fill value. Throws vscg::expectation_error if
  /// it is unreadable.
  hdf5_handle plan() const {
    hdf5_handle result(H5Dget_create_plist(array_.get()), H5Pclose);
    if (!result) throw expectation_error(name(), "a readable array", detail::hdf5_reason());
    return result;
  }

  /// Rows per chunk of the file, 0 if it is not chunked. Reading one row costs decompressing all of its chunks.
  std::size_t rows_per_chunk() const {
    const std::vector<hsize_t> sizes = chunk();
    return sizes.empty() ? 0 : static_cast<std::size_t>(sizes[0]);
  }

  /// The shape of a chunk, empty if the array is not chunked.
  std::vector<hsize_t> chunk() const {
    const hdf5_handle made = plan();
    if (shape_.empty() || H5Pget_layout(made.get()) != H5D_CHUNKED) return {};
    std::vector<hsize_t> sizes(shape_.size());
    if (H5Pget_chunk(made.get(), static_cast<int>(sizes.size()), sizes.data()) != static_cast<int>(sizes.size())) {
      throw expectation_error(name(), "chunks of " + std::to_string(sizes.size()) + " dimensions",
                              detail::hdf5_reason());
    }
    return sizes;
  }

  /// State of the file that was opened.
  file_state state() const { return state_of(file_.get()); }

  /// State of the file that holds the array: another file if the key is an external link.
  file_state state_of_array() const {
    const hdf5_handle holder(H5Iget_file_id(array_.get()), H5Fclose);
    return state_of(holder.get());
  }

  /// The end of the file that holds the array: where the file says it ends, or where it really ends if that is earlier.
  std::size_t end_of_file() const {
    const hdf5_handle holder(H5Iget_file_id(array_.get()), H5Fclose);
    haddr_t stated = 0;
    hsize_t found = 0;
    if (H5Fget_eoa(holder.get(), &stated) < 0 || H5Fget_filesize(holder.get(), &found) < 0) return 0;
    return static_cast<std::size_t>(std::min<haddr_t>(stated, found));
  }

  /// Byte of the file at which the array's header begins; none if HDF5 does not say.
  std::optional<std::size_t> header() const {
#if H5_VERSION_GE(1, 12, 0)
    haddr_t address = 0;
    H5O_info2_t facts;
    const bool known = H5Oget_info3(array_.get(), &facts, H5O_INFO_BASIC) >= 0 &&
                       H5VLnative_token_to_addr(array_.get(), facts.token, &address) >= 0;
#else
    H5O_info_t facts{};
    const bool known = H5Oget_info2(array_.get(), &facts, H5O_INFO_BASIC) >= 0;
    const haddr_t address = facts.addr;
#endif
    const hdf5_handle holder(H5Iget_file_id(array_.get()), H5Fclose);
    const hdf5_handle made(H5Fget_create_plist(holder.get()), H5Pclose);
    hsize_t block = 0;  // addresses count from its end
    if (!known || H5Pget_userblock(made.get(), &block) < 0) return std::nullopt;
    return static_cast<std::size_t>(address + block);
  }

  /// Reads the block that starts at `start` and has `count` entries along each axis, as elements of the HDF5 type `as`.
  void read(const std::vector<hsize_t>& start, const std::vector<hsize_t>& count, hid_t as, void* out) const {
    hdf5_silence quiet;
    const hdf5_handle file_space(H5Dget_space(array_.get()), H5Sclose);
    const hdf5_handle memory_space(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
    if (!file_space || !memory_space ||
        H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
        H5Dread(array_.get(), as, memory_space.get(), file_space.get(), H5P_DEFAULT, out) < 0) {
      throw expectation_error(name() + ": rows from " + std::to_string(start.empty() ? 0 : start[0]), "readable data",
                              detail::hdf5_reason());
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
  void open_array() {
    array_ = hdf5_handle(H5Dopen2(file_.get(), key_.c_str(), H5P_DEFAULT), H5Dclose);
    if (!array_) throw expectation_error(name(), "a readable array", detail::why_not_object(file_.get(), path_, key_));
    type_ = hdf5_handle(H5Dget_type(array_.get()), H5Tclose);
    const hdf5_handle space(H5Dget_space(array_.get()), H5Sclose);
    const int rank = space ? H5Sget_simple_extent_ndims(space.get()) : -1;
    if (!type_ || rank < 0 || H5Sget_simple_extent_type(space.get()) == H5S_NULL) {
      throw expectation_error(name(), "a plain array",
                              rank < 0 ? detail::hdf5_reason() : "none, its data space is null");
    }
    std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
    if (rank > 0) H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
    shape_.assign(sizes.begin(), sizes.end());
  }

  // Empty if the file is not read from one plain file of the system.
  static file_state state_of(hid_t file) {
    const hdf5_handle access(H5Fget_access_plist(file), H5Pclose);
    void* descriptor = nullptr;
    struct stat facts {};
    if (!access || H5Pget_driver(access.get()) != H5FD_SEC2 || H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor) < 0 ||
        ::fstat(*static_cast<const int*>(descriptor), &facts) != 0) {
      return {};
    }
    return file_state::of(facts);
  }

  // Members are closed from the last to the first: array and type before the file.
  std::filesystem::path path_;
  std::string key_;
  std::vector<std::size_t> shape_;
  hdf5_handle file_, array_, type_;
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
