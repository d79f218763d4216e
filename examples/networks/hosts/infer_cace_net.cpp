// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cace_net.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_cace_net() {
  return {
      infers<vscg::cace_net<>>(),
      infers<vscg::cace_net<vscg::contrast::off>>(),
  };
}

}  // namespace networks
