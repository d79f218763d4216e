// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/network_identity.hpp>

#include "networks/hosts/hosts.hpp"
#include "networks/infer.hpp"

namespace networks {

template <class Network>
std::unique_ptr<network> infer_in_float(const std::filesystem::path& weights, precision p, vscg::threads threads) {
  if (p == precision::in_double) throw vscg::expectation_error(weights.string(), "weights in float", "float64");
  return std::make_unique<inferring_network<Network, float>>(weights, threads);
}

/// A line of the list: the network's name in files, and what opens it.
template <class Network>
known_network infers() {
  return {vscg::identity_of<Network>, infer_in_float<Network>, nullptr};
}

/// The same for a network whose weights may be in double as well.
template <class Network>
known_network infers_both() {
  return {vscg::identity_of<Network>, infer_network<Network>, nullptr};
}

}  // namespace networks
