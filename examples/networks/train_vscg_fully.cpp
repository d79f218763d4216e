// SPDX-License-Identifier: MIT
#include "networks/reached_by.hpp"
#include "networks/train_network.hpp"

namespace networks {

train_outcome train_vscg_fully_float(const train_request& request) {
  return train_network<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float>(request);
}

train_outcome train_vscg_fully_double(const train_request& request) {
  return train_network<vscg::vscg_net, vscg::negative_pair_filter_loss<>, double>(request);
}

train_outcome train_vscg_fully_paper_float(const train_request& request) {
  return train_network<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, float>(request);
}

train_outcome train_vscg_fully_paper_double(const train_request& request) {
  return train_network<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>, double>(request);
}

std::size_t vscg_fully_reached() { return reached_by<vscg::vscg_net, vscg::negative_pair_filter_loss<>>(); }
std::size_t vscg_fully_paper_reached() { return reached_by<vscg::vscg_net_paper, vscg::negative_pair_filter_loss<>>(); }

}  // namespace networks
