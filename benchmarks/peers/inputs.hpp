// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/npy_file.hpp>

namespace peers {

/// The first rows of an array [N, ...] in an .npy file. Only the requested rows are in memory, because peak memory is
/// one of the things compared.
class array_file {
 public:
  explicit array_file(std::filesystem::path path) : path_(std::move(path)) {}

  std::span<const float> first(std::size_t rows) {
    if (rows > rows_) {
      const vscg::io::npy_file file(path_);
      const std::size_t available = file.shape().empty() ? 0 : file.shape().front();
      if (rows > available) {
        throw vscg::expectation_error(path_.string(), std::to_string(rows) + " rows", std::to_string(available));
      }
      row_size_ = file.size() / available;
      numbers_.resize(rows * row_size_);
      file.read(0, std::span<float>(numbers_));
      rows_ = rows;
    }
    return std::span<const float>(numbers_).first(rows * row_size_);
  }

 private:
  std::filesystem::path path_;
  std::size_t rows_ = 0;
  std::size_t row_size_ = 0;
  std::vector<float> numbers_;
};

/// The files that compare.py has written for all peers.
struct inputs {
  explicit inputs(std::filesystem::path where)
      : folder(std::move(where)),
        audio(folder / "audio.npy"),
        visual(folder / "visual.npy"),
        classes(folder / "classes.npy"),
        stream_audio(folder / "stream_audio.npy"),
        stream_visual(folder / "stream_visual.npy") {}

  std::filesystem::path weights() const { return folder / "weights.safetensors"; }

  /// The class of each of a video's ten segments.
  std::vector<std::uint8_t> labels(std::size_t videos) {
    std::vector<std::uint8_t> result;
    for (const float c : classes.first(videos)) result.push_back(static_cast<std::uint8_t>(c));
    return result;
  }

  std::filesystem::path folder;
  array_file audio, visual;                ///< features, [N, 10, 128] and [N, 10, 7, 7, 512]
  array_file classes;                      ///< [N, 10]
  array_file stream_audio, stream_visual;  ///< the inputs of ESCM alone, [N, 10, 256]
};

}  // namespace peers
