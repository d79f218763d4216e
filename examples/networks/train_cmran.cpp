// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>

#include "networks/train_network.hpp"

namespace networks {

using vscg::setting;

train_outcome train_cmran_fully(const train_request& request) {
  return train_network<vscg::cmran<>, vscg::relevance_category_loss<>, float>(request);
}

train_outcome train_cmran_weakly(const train_request& request) {
  return train_network<vscg::cmran<setting::weakly>, vscg::soft_margin_loss<setting::weakly>, float>(request);
}

}  // namespace networks
