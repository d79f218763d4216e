// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>

#include <vscg/core/config.hpp>

namespace vscg::cuda_detail {

/// Memory of the host that copies to and from a device go through: the system does not move it.
struct pinned_memory {
  using host = pinned_memory;
  static constexpr bool borrows_host_arrays = true;
  /// Throws vscg::expectation_error if there is no device, vscg::out_of_memory if there is not so much memory.
  static void* allocate(std::size_t bytes);
  static void release(void* p) noexcept;
  /// Whether this place of the host is pinned, whoever did that.
  static bool holds(const void* p) noexcept;
  static void copy_in(void* to, const void* from, std::size_t bytes);
  static void copy_out(void* to, const void* from, std::size_t bytes);
};

/// Memory of the device.
struct device_memory {
  using host = pinned_memory;
  static constexpr bool borrows_host_arrays = false;
  /// Throws vscg::expectation_error if there is no device, vscg::out_of_memory, which says how much there is, if that
  /// is not enough.
  static void* allocate(std::size_t bytes);
  static void release(void* p) noexcept;
  /// Copies for the host while nothing runs; when they return, the copy has arrived.
  static void copy_in(void* to, const void* from, std::size_t bytes);
  static void copy_out(void* to, const void* from, std::size_t bytes);
};

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
