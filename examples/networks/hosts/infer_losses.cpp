// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/by_segment_scores.hpp>
#include <vscg/nets/hosts/psp_net.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

// The other networks of Table V are the same ones, whatever their loss.
std::vector<known_network> infer_losses() {
  return {
      infers<vscg::by_segment_scores<>>(),
      infers<vscg::psp_net_with_event_head>(),
  };
}

}  // namespace networks
