// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/dmrn.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_dmrn() {
  return {
      infers<vscg::dmrn<>>(),
  };
}

}  // namespace networks
