// SPDX-License-Identifier: MIT
#include "networks/network_size.hpp"
#include "networks/train_network.hpp"

namespace networks {

train_outcome train_vscg_weakly_float(const train_request& request) {
  return train_network<vscg::vscg_net_weakly, vscg::smooth_loss<>, float>(request);
}

train_outcome train_vscg_weakly_double(const train_request& request) {
  return train_network<vscg::vscg_net_weakly, vscg::smooth_loss<>, double>(request);
}

train_outcome train_vscg_weakly_paper_float(const train_request& request) {
  return train_network<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>, float>(request);
}

train_outcome train_vscg_weakly_paper_double(const train_request& request) {
  return train_network<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>, double>(request);
}

network_size size_of_vscg_weakly() { return size_of_network<vscg::vscg_net_weakly, vscg::smooth_loss<>>(); }
network_size size_of_vscg_weakly_paper() { return size_of_network<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>>(); }

}  // namespace networks
