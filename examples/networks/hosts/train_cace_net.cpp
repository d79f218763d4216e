// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_cace_net() {
  return {
      trains<vscg::cace_net<vscg::contrast::off>, vscg::gated_relevance_loss<>>("cace_fully_before_contrast",
                                                                                vscg::setting::fully, 78.9),
  };
}

}  // namespace networks
