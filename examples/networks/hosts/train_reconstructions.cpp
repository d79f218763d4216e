// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avin_reconstruction.hpp>
#include <vscg/nets/hosts/cman_reconstruction.hpp>
#include <vscg/nets/hosts/dam_reconstruction.hpp>
#include <vscg/nets/hosts/relevance_category_loss.hpp>
#include <vscg/nets/hosts/segment_loss.hpp>
#include <vscg/nets/hosts/tag_loss.hpp>

#include "networks/hosts/trains.hpp"

namespace networks {

// The published accuracies are those of other networks.
std::vector<trainable> train_reconstructions() {
  using vscg::setting;
  return {
      trains<vscg::dam_reconstruction<>, vscg::matched_relevance_loss<>>("dam_reconstruction_fully", setting::fully,
                                                                         unpublished),
      trains<vscg::avin_reconstruction<>, vscg::segment_class_loss<>>("avin_reconstruction_fully", setting::fully,
                                                                      unpublished),
      trains<vscg::avin_reconstruction<weakly>, vscg::tag_loss<>>("avin_reconstruction_weakly", setting::weakly,
                                                                  unpublished),
      trains<vscg::cman_reconstruction<>, vscg::segment_class_loss<>>("cman_reconstruction_fully", setting::fully,
                                                                      unpublished),
      trains<vscg::cman_reconstruction<weakly>, vscg::tag_loss<>>("cman_reconstruction_weakly", setting::weakly,
                                                                  unpublished),
  };
}

}  // namespace networks
