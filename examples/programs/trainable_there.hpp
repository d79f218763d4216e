// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <vscg/core/error.hpp>

#include "networks/train.hpp"
#include "programs/device_options.hpp"

namespace programs {

/// Throws vscg::expectation_error if these programs can train a network only on another device, or only in float.
inline void expect_trainable(const networks::trainable& network, const device& d, const std::string& precision) {
  const std::string name(network.name);
  if (precision == "double" && network.in_double == nullptr)
    throw vscg::expectation_error("--precision", "float for " + name, precision);
  if (d.cuda && network.on_cuda == nullptr) throw vscg::expectation_error("--device", "cpu for " + name, "cuda");
}

}  // namespace programs
