// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_cmran() {
  return {
      trains<vscg::cmran<>, vscg::relevance_category_loss<>>("cmran_fully", vscg::setting::fully, 77.4),
      trains<vscg::with_escm<vscg::cmran<>>, vscg::relevance_category_loss<>>("cmran_fully_with_escm",
                                                                              vscg::setting::fully, unpublished),
      trains<vscg::cmran<weakly>, vscg::soft_margin_loss<weakly>>("cmran_weakly", vscg::setting::weakly, 72.9),
      trains<vscg::with_escm<vscg::cmran<weakly>>, vscg::soft_margin_loss<weakly>>("cmran_weakly_with_escm",
                                                                                   vscg::setting::weakly, unpublished),
  };
}

}  // namespace networks
