// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include <vscg/nets/vscg/setting.hpp>

#include "networks/hosts/hosts.hpp"
#include "networks/network_size.hpp"
#include "networks/train_network.hpp"

namespace networks {

/// A line of the list: what `name` trains, and the published accuracy, or `unpublished`.
template <class Network, class Loss>
trainable trains(std::string_view name, vscg::setting supervision, double published) {
  return {name,    supervision, published, size_of_network<Network, Loss>, train_network<Network, Loss, float>,
          nullptr, nullptr};
}

/// The same for a network that its users may train in double as well.
template <class Network, class Loss>
trainable trains_in_both(std::string_view name, vscg::setting supervision, double published) {
  trainable one = trains<Network, Loss>(name, supervision, published);
  one.in_double = train_network<Network, Loss, double>;
  return one;
}

}  // namespace networks
