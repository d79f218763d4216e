// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include <vscg/vscg.hpp>

namespace networks {

/// How many of a network's numbers a loss reaches in training.
template <class Network, class Loss>
std::size_t reached_by() {
  using trainer = vscg::trainer<vscg::model<Network, float, vscg::cpu>, vscg::adam, Loss>;
  Network network{};
  const auto table = vscg::bind_parameters(network);
  return trainer::count_reached(network, table, Loss{});
}

}  // namespace networks
