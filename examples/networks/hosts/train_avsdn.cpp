// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avsdn.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_avsdn() {
  return {
      trains<vscg::avsdn<>, vscg::relevance_category_loss<>>("avsdn_fully", vscg::setting::fully, 72.6),
      trains<vscg::avsdn<weakly>, vscg::soft_margin_loss<weakly, 10, 28, false>>("avsdn_weakly", vscg::setting::weakly,
                                                                                 67.3),
  };
}

}  // namespace networks
