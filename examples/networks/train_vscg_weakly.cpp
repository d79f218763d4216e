// SPDX-License-Identifier: MIT
#include "networks/reached_by.hpp"
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

std::size_t vscg_weakly_reached() { return reached_by<vscg::vscg_net_weakly, vscg::smooth_loss<>>(); }
std::size_t vscg_weakly_paper_reached() { return reached_by<vscg::vscg_net_weakly_paper, vscg::smooth_loss<>>(); }

}  // namespace networks
