// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/psp_net.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_psp_net() {
  return {
      infers<vscg::psp_net<>>(),
      infers<vscg::with_escm<vscg::psp_net<>>>(),
      infers<vscg::psp_net<weakly>>(),
      infers<vscg::with_escm<vscg::psp_net<weakly>>>(),
  };
}

}  // namespace networks
