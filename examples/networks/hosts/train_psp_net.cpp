// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_psp_net() {
  return {
      trains<vscg::psp_net<>, vscg::segment_loss<>>("psp_fully", vscg::setting::fully, 76.6),
      trains<vscg::with_escm<vscg::psp_net<>>, vscg::segment_loss<>>("psp_fully_with_escm", vscg::setting::fully, 78.8),
      trains<vscg::psp_net<weakly>, vscg::tag_loss<>>("psp_weakly", vscg::setting::weakly, 72.9),
      trains<vscg::with_escm<vscg::psp_net<weakly>>, vscg::tag_loss<>>("psp_weakly_with_escm", vscg::setting::weakly,
                                                                       73.8),
  };
}

}  // namespace networks
