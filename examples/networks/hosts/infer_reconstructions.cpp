// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avin_reconstruction.hpp>
#include <vscg/nets/hosts/cman_reconstruction.hpp>
#include <vscg/nets/hosts/dam_reconstruction.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_reconstructions() {
  return {
      infers<vscg::dam_reconstruction<>>(),        infers<vscg::avin_reconstruction<>>(),
      infers<vscg::avin_reconstruction<weakly>>(), infers<vscg::cman_reconstruction<>>(),
      infers<vscg::cman_reconstruction<weakly>>(),
  };
}

}  // namespace networks
