// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/config.hpp>
#include <vscg/cuda/phases.hpp>

namespace vscg::cuda_detail {

/// A thread's view of the block that runs a kernel's phases; see phases.hpp. The functions are marked for host and
/// device because a kernel's are, but only a device can run them.
template <class Kernel>
class device_block {
 public:
  VSCG_HD explicit device_block(typename Kernel::shared& shared) : shared_(shared) {}

  VSCG_HD unsigned number() const {
#if defined(__CUDA_ARCH__)
    return blockIdx.x;
#else
    return 0;
#endif
  }
  VSCG_HD typename Kernel::shared& shared() const { return shared_; }

  /// f(lane, own) in every lane, and a wait for all of them.
  template <class F>
  VSCG_HD void lanes([[maybe_unused]] const F& f) {
#if defined(__CUDA_ARCH__)
    f(threadIdx.x, own_);
    __syncthreads();
#endif
  }

 private:
  typename Kernel::own own_;
  typename Kernel::shared& shared_;
};

}  // namespace vscg::cuda_detail
