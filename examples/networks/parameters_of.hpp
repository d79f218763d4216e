// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <vscg/core/parameter.hpp>

namespace networks {

/// How many numbers a network holds, those that nothing reaches too.
template <class Network>
std::size_t parameters_of() {
  Network network{};
  std::size_t all = 0;
  for (const auto& entry : vscg::bind_parameters(network).entries) all += entry.elements;
  return all;
}

}  // namespace networks
