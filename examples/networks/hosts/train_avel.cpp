// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/soft_margin_loss.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_avel() {
  return {
      trains<vscg::avel<>, vscg::soft_margin_loss<>>("avel_fully", vscg::setting::fully, 72.7),
      trains<vscg::with_psp<vscg::avel<>>, vscg::soft_margin_loss<>>("avel_fully_with_psp", vscg::setting::fully, 76.6),
      trains<vscg::with_escm<vscg::avel<>>, vscg::soft_margin_loss<>>("avel_fully_with_escm", vscg::setting::fully,
                                                                      77.5),
      trains<vscg::avel<weakly>, vscg::soft_margin_loss<weakly>>("avel_weakly", vscg::setting::weakly, 66.7),
      trains<vscg::with_psp<vscg::avel<weakly>>, vscg::soft_margin_loss<weakly>>("avel_weakly_with_psp",
                                                                                 vscg::setting::weakly, 72.9),
      trains<vscg::with_escm<vscg::avel<weakly>>, vscg::soft_margin_loss<weakly>>("avel_weakly_with_escm",
                                                                                  vscg::setting::weakly, 72.9),
  };
}

}  // namespace networks
