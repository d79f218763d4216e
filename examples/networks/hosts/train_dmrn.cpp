// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/dmrn.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_dmrn() {
  return {
      trains<vscg::dmrn<>, vscg::soft_margin_loss<>>("dmrn_fully", vscg::setting::fully, unpublished),
  };
}

}  // namespace networks
