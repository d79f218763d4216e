// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_dmin() {
  return {
      trains<vscg::dmin<>, vscg::self_relevance_loss<>>("dmin_fully", vscg::setting::fully, 79.6),
      trains<vscg::with_escm<vscg::dmin<>>, vscg::self_relevance_loss<>>("dmin_fully_with_escm", vscg::setting::fully,
                                                                         unpublished),
      trains<vscg::dmin<weakly>, vscg::self_soft_margin_loss<>>("dmin_weakly", vscg::setting::weakly, 74.3),
      trains<vscg::with_escm<vscg::dmin<weakly>>, vscg::self_soft_margin_loss<>>("dmin_weakly_with_escm",
                                                                                 vscg::setting::weakly, unpublished),
  };
}

}  // namespace networks
