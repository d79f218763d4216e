// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include <vscg/nets/vscg/setting.hpp>

#include "networks/hosts/hosts.hpp"
#include "networks/parameters_of.hpp"
#include "networks/reached_by.hpp"
#include "networks/train_network.hpp"

namespace networks {

/// A line of the list: what `name` trains, and the published accuracy, 0 if there is none.
template <class Network, class Loss>
trainable trains(std::string_view name, vscg::setting supervision, double published) {
  return {name,
          supervision,
          published,
          parameters_of<Network>,
          reached_by<Network, Loss>,
          train_network<Network, Loss, float>,
          nullptr,
          nullptr};
}

}  // namespace networks
