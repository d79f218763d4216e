// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <hdf5.h>

#include <vscg/data/types.hpp>

#include "support/temporary_folder.hpp"

// What the tests of data/ share: HDF5 files written with plain C calls, and a small data set in which each test breaks
// one thing.

/// Fails unless `text` has every one of `parts`, and shows both.
inline void check_mentions(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    INFO("the text: " << text);
    INFO("should mention: " << part);
    CHECK(text.find(part) != std::string::npos);
  }
}

/// How an array is stored. `unwritten`: its numbers get a place in the file only when they are written.
struct stored_as {
  enum kind { float64, float32, float16, float64_big, float32_big, float16_big, int32, int64 } type = float64;
  std::vector<hsize_t> chunk = {};
  unsigned gzip = 0;
  bool unwritten = false;
};

/// One HDF5 file with one array, written with plain C calls and without the library under test.
class hdf5_fixture_file {
 public:
  hdf5_fixture_file(const std::filesystem::path& path, const char* key, const std::vector<std::size_t>& shape,
                    const stored_as& how = {})
      : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {
    REQUIRE(file_ >= 0);
    add(key, shape, how);
  }
  hdf5_fixture_file(const hdf5_fixture_file&) = delete;
  hdf5_fixture_file& operator=(const hdf5_fixture_file&) = delete;
  ~hdf5_fixture_file() {
    if (array_ >= 0) H5Dclose(array_);
    H5Fclose(file_);
  }

  /// Adds another array to the same file.
  void add(const char* key, const std::vector<std::size_t>& shape, const stored_as& how = {}) {
    if (array_ >= 0) H5Dclose(array_);
    shape_.assign(shape.begin(), shape.end());
    const hid_t space = H5Screate_simple(static_cast<int>(shape_.size()), shape_.data(), nullptr);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    if (!how.chunk.empty()) H5Pset_chunk(plan, static_cast<int>(how.chunk.size()), how.chunk.data());
    if (how.gzip > 0) H5Pset_deflate(plan, how.gzip);
    if (!how.unwritten) H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
    if (!how.unwritten && how.chunk.empty()) H5Pset_fill_time(plan, H5D_FILL_TIME_NEVER);  // a hole in the file
    const hid_t type = type_of(how.type);
    array_ = H5Dcreate2(file_, key, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    H5Tclose(type);
    H5Pclose(plan);
    H5Sclose(space);
    REQUIRE(array_ >= 0);
  }

  void write_all(const std::vector<double>& values) {
    REQUIRE(H5Dwrite(array_, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  }

 private:
  static hid_t type_of(stored_as::kind kind) {
    switch (kind) {
      case stored_as::float64:
        return H5Tcopy(H5T_IEEE_F64LE);
      case stored_as::float32:
        return H5Tcopy(H5T_IEEE_F32LE);
      case stored_as::float64_big:
        return H5Tcopy(H5T_IEEE_F64BE);
      case stored_as::float32_big:
        return H5Tcopy(H5T_IEEE_F32BE);
      case stored_as::int32:
        return H5Tcopy(H5T_STD_I32LE);
      case stored_as::int64:
        return H5Tcopy(H5T_STD_I64LE);
      case stored_as::float16:
      case stored_as::float16_big:
        break;
    }
    const hid_t half = H5Tcopy(kind == stored_as::float16 ? H5T_IEEE_F32LE : H5T_IEEE_F32BE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    return half;
  }

  hid_t file_;
  hid_t array_ = -1;
  std::vector<hsize_t> shape_;
};

inline void write_array(const std::filesystem::path& path, const char* key, const std::vector<std::size_t>& shape,
                        const std::vector<double>& values, const stored_as& how = {}) {
  hdf5_fixture_file(path, key, shape, how).write_all(values);
}

/// Replaces one byte of a file.
inline void put_byte(const std::filesystem::path& file, std::size_t place, unsigned char byte) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(static_cast<std::streamoff>(place));
  stream.put(static_cast<char>(byte));
}

/// The value of feature `i` of a row: exact in half precision, different in neighboring rows, segments and channels.
inline double feature_value(std::size_t row, std::size_t i) {
  return static_cast<double>((row * 37 + i * 11 + i / 512) % 1021) / 8.0;
}

/// A data set of a few videos, in the names and shapes of the real one. Features have no numbers (only a
/// hole in the file) until write_features(): most tests never read them.
class small_ave {
 public:
  static constexpr std::size_t videos = 6;
  static constexpr std::size_t noisy = 2;

  temporary_folder folder;
  std::array<std::uint8_t, videos> category = {0, 0, 1, 2, 2, 1};
  std::array<std::size_t, videos> start = {0, 3, 2, 0, 5, 4}, end = {10, 7, 10, 4, 10, 4};  // the last event is empty
  std::vector<std::string> warnings;

  small_ave() {
    shape_only("visual_feature.h5", {videos, 10, 7, 7, 512});
    shape_only("audio_feature.h5", {videos, 10, 128});
    write_labels("right_labels.h5");
    write_annotations();
    write_order("train_order.h5", {0, 2, 4, 5});
    write_order("val_order.h5", {3});
    write_order("test_order.h5", {1});
  }

  std::filesystem::path operator/(std::string_view name) const { return folder / name; }
  void remove(std::string_view name) const { std::filesystem::remove(folder / name); }

  std::size_t class_of(std::size_t row, std::size_t t) const {
    return start[row] <= t && t < end[row] ? category[row] : vscg::data::background;
  }
  std::vector<double> label_values() const {
    std::vector<double> values(videos * 290, 0.0);
    for (std::size_t i = 0; i < videos * 10; ++i) values[i * 29 + class_of(i / 10, i % 10)] = 1.0;
    return values;
  }
  std::vector<double> share_values() const {
    std::vector<double> values(videos * 29, 0.0);
    for (std::size_t i = 0; i < videos * 10; ++i) values[i / 10 * 29 + class_of(i / 10, i % 10)] += 0.1;
    return values;
  }
  std::vector<double> category_values() const {
    std::vector<double> values(videos * 29, 0.0);
    for (std::size_t row = 0; row < videos; ++row) values[row * 29 + category[row]] = 1.0;
    return values;
  }

  void shape_only(std::string_view name, const std::vector<std::size_t>& shape, const stored_as& how = {}) const {
    hdf5_fixture_file(folder / name, "avadataset", shape, how);
  }
  void write_labels(std::string_view name) const {
    write_array(folder / name, "avadataset", {videos, 10, 29}, label_values(), {stored_as::int32});
  }
  void write_order(std::string_view name, const std::vector<double>& rows, const char* key = "order") const {
    write_array(folder / name, key, {rows.size()}, rows, {stored_as::int64});
  }
  void write_text(std::string_view name, std::string_view text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  std::string annotation_text() const {
    std::string text;
    for (std::size_t row = 0; row < videos; ++row) {
      text += "sound " + std::to_string(category[row]) + "&id" + std::to_string(row) + "&good&" +
              std::to_string(start[row]) + "&" + std::to_string(end[row]) + "\n";
    }
    return text;
  }
  void write_annotations() const { write_text("Annotations.txt", annotation_text()); }
  void write_weak() const {
    write_array(folder / "prob_label.h5", "avadataset", {videos, 29}, share_values());
    write_array(folder / "mil_labels.h5", "avadataset", {videos, 29}, category_values(), {stored_as::float32});
    shape_only("visual_feature_noisy.h5", {noisy, 10, 7, 7, 512});
    shape_only("audio_feature_noisy.h5", {noisy, 10, 128});
    write_noisy_labels({28, 28});
  }
  void write_noisy_labels(const std::vector<std::size_t>& found) const {
    std::vector<double> values(found.size() * 29, 0.0);
    for (std::size_t row = 0; row < found.size(); ++row) values[row * 29 + found[row]] = 1.0;
    write_array(folder / "labels_noisy.h5", "avadataset", {found.size(), 29}, values);
  }
  /// Audio or visual features of feature_value(row + first, ·); `change` may spoil them.
  void write_features(std::string_view name, std::size_t rows, const stored_as& how = {}, std::size_t first = 0,
                      const std::function<void(std::vector<double>&)>& change = {}) const {
    const bool visual = name.starts_with("visual");
    const std::size_t width = visual ? vscg::data::visual_video_values : vscg::data::audio_video_values;
    std::vector<double> values(rows * width);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = feature_value(first + i / width, i % width);
    if (change) change(values);
    write_array(folder / name, "avadataset",
                visual ? std::vector<std::size_t>{rows, 10, 7, 7, 512} : std::vector<std::size_t>{rows, 10, 128},
                values, how);
  }

  /// Options whose warnings are kept in `warnings`.
  vscg::data::ave_options options(vscg::data::supervision setting = vscg::data::supervision::fully) {
    vscg::data::ave_options result;
    result.setting = setting;
    result.warn = [this](const std::string& text) { warnings.push_back(text); };
    return result;
  }
};
