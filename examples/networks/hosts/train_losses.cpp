// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/by_segment_scores.hpp>
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

// The rows of the paper's Table V that train VSCG and PSP-Net with a loss that is not their own.
std::vector<trainable> train_losses() {
  using vscg::setting;
  using weak_psp_net = vscg::psp_net<setting::weakly>;
  return {
      trains<vscg::by_segment_scores<>, vscg::segment_class_loss<>>("vscg_fully_with_segment_class_loss",
                                                                    setting::fully, unpublished),
      trains<vscg::by_segment_scores<>, vscg::segment_loss<>>("vscg_fully_with_segment_loss", setting::fully,
                                                              unpublished),
      trains<vscg::vscg_net_weakly, vscg::tag_loss<>>("vscg_weakly_with_tag_loss", setting::weakly, unpublished),
      trains<vscg::psp_net<>, vscg::segment_class_loss<>>("psp_fully_with_segment_class_loss", setting::fully,
                                                          unpublished),
      trains<vscg::psp_net_with_event_head, vscg::negative_pair_filter_loss<>>(
          "psp_fully_with_negative_pair_filter_loss", setting::fully, unpublished),
      trains<weak_psp_net, vscg::smooth_loss<>>("psp_weakly_with_smooth_loss", setting::weakly, unpublished),
  };
}

}  // namespace networks
