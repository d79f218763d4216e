// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/avel.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_avel() {
  return {
      infers<vscg::avel<>>(),
      infers<vscg::with_psp<vscg::avel<>>>(),
      infers<vscg::with_escm<vscg::avel<>>>(),
      infers<vscg::avel<weakly>>(),
      infers<vscg::with_psp<vscg::avel<weakly>>>(),
      infers<vscg::with_escm<vscg::avel<weakly>>>(),
  };
}

}  // namespace networks
