// SPDX-License-Identifier: MIT
#include <vscg/cuda/backend.hpp>

#include "networks/card.hpp"
#include "networks/train_network.hpp"

namespace networks {

train_outcome train_vscg_fully_cuda(const train_request& request) {
  return train_network<vscg::vscg_net, vscg::negative_pair_filter_loss<>, float, vscg::cuda_chosen>(request);
}

train_outcome train_vscg_weakly_cuda(const train_request& request) {
  return train_network<vscg::vscg_net_weakly, vscg::smooth_loss<>, float, vscg::cuda_chosen>(request);
}

}  // namespace networks
