// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cace_net.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_cace_net() {
  return {
      infers<vscg::cace_net<>>(),
      infers<vscg::cace_net<vscg::contrast::off>>(),
      infers<vscg::with_escm<vscg::cace_net<>>>(),
      infers<vscg::with_escm<vscg::cace_net<vscg::contrast::off>>>(),
  };
}

}  // namespace networks
