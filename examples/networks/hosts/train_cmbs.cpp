// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

// CMBS's authors train in double.
std::vector<trainable> train_cmbs() {
  return {
      trains_in_both<vscg::cmbs<>, vscg::gated_relevance_loss<>>("cmbs_fully", vscg::setting::fully, 79.2),
      trains_in_both<vscg::with_escm<vscg::cmbs<>>, vscg::gated_relevance_loss<>>("cmbs_fully_with_escm",
                                                                                  vscg::setting::fully, 79.6),
      trains_in_both<vscg::cmbs<weakly>, vscg::soft_margin_loss<weakly>>("cmbs_weakly", vscg::setting::weakly, 73.3),
      trains_in_both<vscg::with_escm<vscg::cmbs<weakly>>, vscg::soft_margin_loss<weakly>>("cmbs_weakly_with_escm",
                                                                                          vscg::setting::weakly, 73.4),
  };
}

}  // namespace networks
