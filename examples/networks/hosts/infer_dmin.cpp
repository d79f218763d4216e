// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/dmin.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_dmin() {
  return {
      infers<vscg::dmin<>>(),
      infers<vscg::dmin<weakly>>(),
  };
}

}  // namespace networks
