// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>

#include <vscg/core/error.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/files/file_presence.hpp>
#include <vscg/files/file_state.hpp>
#include <vscg/files/mapped_file.hpp>

namespace vscg::data {

/// The float32 copy of one feature file: a page with the state of the source, then the numbers in this machine's order.
class feature_cache {
 public:
  static constexpr std::size_t header_bytes = 4096;

  feature_cache(const std::filesystem::path& folder, const std::filesystem::path& source, std::size_t rows,
                std::size_t values_per_row)
      : path_(folder / (source.stem().string() + ".float32")), source_(source) {
    const file_state state = file_state::of(source);
    header_ = {magic, state.size, static_cast<std::uint64_t>(state.changed_nanoseconds), rows, values_per_row};
    bytes_ = header_bytes + rows * values_per_row * sizeof(float);
  }

  const std::filesystem::path& path() const { return path_; }

  /// The copy, or an empty mapping if there is no complete one of this state of the source, or (`refused()`) if the
  /// system does not map it. Throws vscg::expectation_error if it is there and cannot be read.
  mapped_file open() const {
    if (!file_is_there(path_)) return {};
    mapped_file file(path_);
    if (file.refused()) return file;
    if (file.size() != bytes_ || std::memcmp(file.data(), header_.data(), sizeof(header_)) != 0) return {};
    return file;
  }

  /// Calls `fill`, which writes the numbers after the header; an unfinished copy leaves nothing behind.
  void write(const std::function<void(atomic_file&)>& fill) const {
    atomic_file file(path_);
    std::array<std::byte, header_bytes> page{};
    std::memcpy(page.data(), header_.data(), sizeof(header_));
    file.write_at(0, page);
    fill(file);
    const file_state now = file_state::of(source_);
    if (now.size != header_[1] || static_cast<std::uint64_t>(now.changed_nanoseconds) != header_[2]) {
      throw expectation_error(source_.string(), "a file that stays as it is while it is copied", "a change");
    }
    file.commit();
  }

 private:
  // "vscgf32" and the version of the layout, as a number, so that a machine of another byte order does not accept it.
  static constexpr std::uint64_t magic = 0x7673636766333201ULL;

  std::filesystem::path path_, source_;
  std::array<std::uint64_t, 5> header_{};
  std::size_t bytes_ = 0;
};

}  // namespace vscg::data

#include <vscg/core/end.hpp>
