// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

#include <vscg/backend/memory.hpp>
#include <vscg/core/checked_size.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/model/batch_arrays.hpp>

namespace vscg {

/// A batch on its way to the kernels: a header, then its arrays. If host and kernels share memory, everything stays in
/// place. Otherwise it is all put side by side in one block of the host's memory, and one copy brings that to the
/// backend's memory.
template <class Header, class Scalar, class Memory, class Shapes>
class staged_batch;

template <class Header, class Scalar, class Memory, class... Shapes>
class staged_batch<Header, Scalar, Memory, input_shapes<Shapes...>> {
  static_assert(std::is_trivially_copyable_v<Header>, "vscg::staged_batch: a header is copied as bytes");
  static constexpr std::size_t count = sizeof...(Shapes);
  using batch = batch_arrays<count>;

 public:
  /// For at most `items` items.
  explicit staged_batch(std::size_t items) {
    if constexpr (!Memory::borrows_host_arrays) {
      const char* const what = "bytes of a batch";
      std::size_t bytes = rounded(sizeof(Header));
      for (const std::size_t item : {Shapes::elements * sizeof(element_of<Shapes, Scalar>)...}) {
        bytes = checked_sum(what, {bytes, checked_product(what, {items, item}), alignment});
      }
      host_ = buffer<std::byte, typename Memory::host>(bytes);
      block_ = buffer<std::byte, Memory>(bytes);
    }
  }

  /// Takes what the next copy will bring. Shared arrays must stay until they have been read.
  void take(const Header& header, const batch& b) {
    header_ = header;
    batch_ = b;
    if constexpr (!Memory::borrows_host_arrays) {
      std::memcpy(host_.data(), &header, sizeof(Header));
      used_ = rounded(sizeof(Header));
      for (std::size_t k = 0; k < count; ++k) {
        const auto bytes = b.arrays[k].bytes;
        if (!bytes.empty()) std::memcpy(host_.data() + used_, bytes.data(), bytes.size());
        offsets_[k] = used_;
        used_ += rounded(bytes.size());
      }
    }
  }

  /// Brings it to the kernels, in one copy.
  template <class Executor>
  void bring(Executor& backend) {
    if constexpr (!Memory::borrows_host_arrays) backend.copy_in(block_.data(), host_.data(), used_);
  }

  /// Where kernels find the header.
  const Header* header() const {
    if constexpr (Memory::borrows_host_arrays)
      return &header_;
    else
      return reinterpret_cast<const Header*>(block_.data());
  }
  /// Where they find array `k`, from item `first` on. (Indices come as a pointer to scalars too; nothing reads it.)
  const Scalar* array(std::size_t k, std::size_t first = 0) const {
    const std::size_t skipped = first * batch_.arrays[k].item_bytes;
    if constexpr (Memory::borrows_host_arrays)
      return reinterpret_cast<const Scalar*>(batch_.arrays[k].bytes.data() + skipped);
    else
      return reinterpret_cast<const Scalar*>(block_.data() + offsets_[k] + skipped);
  }
  std::size_t items() const { return batch_.items; }

  /// Bytes of memory that it holds.
  std::size_t bytes() const { return host_.bytes() + block_.bytes(); }

 private:
  static constexpr std::size_t alignment = 64;
  static constexpr std::size_t rounded(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

  Header header_{};
  batch batch_;
  // Only if arrays are not shared:
  buffer<std::byte, typename Memory::host> host_;
  buffer<std::byte, Memory> block_;
  std::array<std::size_t, count> offsets_{};
  std::size_t used_ = 0;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
