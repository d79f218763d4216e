// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_dmin() {
  return {
      trains<vscg::dmin<>, vscg::self_relevance_loss<>>("dmin_fully", vscg::setting::fully, 79.6),
      trains<vscg::dmin<weakly>, vscg::self_soft_margin_loss<>>("dmin_weakly", vscg::setting::weakly, 74.3),
  };
}

}  // namespace networks
