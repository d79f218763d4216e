// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>

namespace vscg::cuda_detail {

/// What a driver says about a device.
struct device_facts {
  std::string name;  ///< "NVIDIA H100 80GB HBM3"
  int major, minor;  ///< compute capability
};

/// Throws vscg::expectation_error unless there is a device of this number; `said` is the driver's reason for having
/// none.
inline void expect_number(std::size_t number, std::size_t devices, const std::string& said) {
  if (devices == 0) throw expectation_error("cuda", "a CUDA device", "none: " + said);
  if (number < devices) return;
  const std::string known = devices == 1 ? "cuda:0, the only CUDA device"
                                         : "cuda:0 to cuda:" + std::to_string(devices - 1) + ", the CUDA devices";
  throw expectation_error("cuda", known + " of this machine", "cuda:" + std::to_string(number));
}

/// Throws vscg::expectation_error for a device that is too old for this library.
inline void expect_young(const device_facts& device) {
  if (10 * device.major + device.minor >= 75) return;
  throw expectation_error("cuda", "a device of compute capability 7.5 or newer",
                          device.name + " of " + std::to_string(device.major) + "." + std::to_string(device.minor));
}

}  // namespace vscg::cuda_detail

#include <vscg/core/end.hpp>
