// SPDX-License-Identifier: MIT
#include <vscg/nets/vscg/variants.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

std::vector<trainable> train_vscg_variants() {
  return {
      trains<vscg::without_escm<>, vscg::negative_pair_filter_loss<>>("vscg_fully_without_escm", vscg::setting::fully,
                                                                      77.9),
      trains<vscg::without_isce<>, vscg::negative_pair_filter_loss<>>("vscg_fully_without_isce", vscg::setting::fully,
                                                                      76.4),
      trains<vscg::with_average<>, vscg::negative_pair_filter_loss<>>("vscg_fully_with_average", vscg::setting::fully,
                                                                      77.8),
      trains<vscg::with_maximum<>, vscg::negative_pair_filter_loss<>>("vscg_fully_with_maximum", vscg::setting::fully,
                                                                      78.2),
      trains<vscg::with_two_cere<>, vscg::negative_pair_filter_loss<>>("vscg_fully_with_two_cere", vscg::setting::fully,
                                                                       77.2),
      trains<vscg::without_escm<weakly>, vscg::smooth_loss<>>("vscg_weakly_without_escm", vscg::setting::weakly, 72.9),
      trains<vscg::without_isce<weakly>, vscg::smooth_loss<>>("vscg_weakly_without_isce", vscg::setting::weakly, 71.9),
      trains<vscg::with_average<weakly>, vscg::smooth_loss<>>("vscg_weakly_with_average", vscg::setting::weakly, 73.0),
      trains<vscg::with_maximum<weakly>, vscg::smooth_loss<>>("vscg_weakly_with_maximum", vscg::setting::weakly, 73.4),
      trains<vscg::with_two_cere<weakly>, vscg::smooth_loss<>>("vscg_weakly_with_two_cere", vscg::setting::weakly,
                                                               72.8),
  };
}

}  // namespace networks
