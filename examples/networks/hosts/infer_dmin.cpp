// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/dmin.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_dmin() {
  return {
      infers<vscg::dmin<>>(),
      infers<vscg::with_escm<vscg::dmin<>>>(),
      infers<vscg::dmin<weakly>>(),
      infers<vscg::with_escm<vscg::dmin<weakly>>>(),
  };
}

}  // namespace networks
