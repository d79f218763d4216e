// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avsdn.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_avsdn() {
  return {
      infers<vscg::avsdn<>>(),
      infers<vscg::avsdn<weakly>>(),
  };
}

}  // namespace networks
