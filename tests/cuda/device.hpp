// SPDX-License-Identifier: MIT
#pragma once

#include <iostream>

#include <vscg/core/error.hpp>
#include <vscg/cuda/stream.hpp>

namespace cuda_device {

/// Whether there is a device that the library can use; says "skipped: no CUDA device" if not.
inline bool found() {
  try {
    vscg::cuda_detail::expect_device();
  } catch (const vscg::expectation_error& e) {
    std::cout << "skipped: no CUDA device: " << e.what() << '\n';
    return false;
  }
  return true;
}

}  // namespace cuda_device
