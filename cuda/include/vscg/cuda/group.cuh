// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <vscg/backend/scalar_index.hpp>
#include <vscg/core/config.hpp>
#include <vscg/core/math.hpp>
#include <vscg/cuda/lanes.hpp>

namespace vscg::cuda_detail {

/// One lane of those that work on a row together: a warp, or a whole block. All lanes of a row make the same calls. The
/// functions are marked for host and device because a kernel's are, but only a device can run them.
template <class T>
class device_group {
 public:
  VSCG_HD device_group(unsigned lane, unsigned lanes) : lane_(lane), lanes_(lanes) {}

  /// f(index) for the elements 0 … n-1.
  template <class F>
  VSCG_HD void each(std::size_t n, F f) const {
    for (std::size_t i = lane_; i < n; i += lanes_) f(scalar_index<T>{i});
    wait();
  }
  /// f(i) for the integers 0 … n-1.
  template <class F>
  VSCG_HD void integers(std::size_t n, F f) const {
    for (std::size_t i = lane_; i < n; i += lanes_) f(i);
    wait();
  }
  /// f(counter) for the counters 0 … n-1.
  template <class F>
  VSCG_HD void counters(std::size_t n, F f) const {
    for (std::size_t i = lane_; i < n; i += lanes_) f(scalar_counter<T>{i});
    wait();
  }
  /// f(part, k) for the integers 0 … n-1, each by one warp of the row's lanes: `part` is its group. Parts must not meet
  /// in memory.
  template <class F>
  VSCG_HD void parts(std::size_t n, F f) const {
    for (std::size_t k = lane_ / warp_lanes; k < n; k += lanes_ / warp_lanes) {
      f(device_group(lane_ % warp_lanes, warp_lanes), k);
    }
    wait();
  }
  /// Sum of f(index) over the elements 0 … n-1, the same bits in every lane.
  template <class F>
  VSCG_HD T sum(std::size_t n, F f) const {
    T total(0);
    for (std::size_t i = lane_; i < n; i += lanes_) total = total + f(scalar_index<T>{i});
    return exchanged(total, sum_of_lanes{});
  }
  /// The largest f(index); -infinity if n = 0.
  template <class F>
  VSCG_HD T max(std::size_t n, F f) const {
    T largest = -math::infinity<T>;
    for (std::size_t i = lane_; i < n; i += lanes_) largest = larger_of_lanes{}(largest, f(scalar_index<T>{i}));
    return exchanged(largest, larger_of_lanes{});
  }

 private:
  /// Until all lanes of the row are here and see what the others have written.
  VSCG_HD void wait() const {
#if defined(__CUDA_ARCH__)
    if (lanes_ == warp_lanes)
      __syncwarp();
    else
      __syncthreads();
#endif
  }

  template <class Combine>
  VSCG_HD T exchanged(T value, [[maybe_unused]] Combine combine) const {
#if defined(__CUDA_ARCH__)
    constexpr unsigned all = 0xffffffffU;
    for (unsigned bit = warp_lanes / 2; bit > 0; bit /= 2) value = combine(value, __shfl_xor_sync(all, value, bit));
    value = __shfl_sync(all, value, 0);  // of two equal zeros lanes may have kept different ones
    if (lanes_ == warp_lanes) return value;
    __shared__ T warps[block_warps];
    __syncthreads();  // until the last exchange has been read
    if (lane_ % warp_lanes == 0) warps[lane_ / warp_lanes] = value;
    __syncthreads();
    return together(warps, combine);
#else
    return value;
#endif
  }

  unsigned lane_;
  unsigned lanes_;
};

}  // namespace vscg::cuda_detail
