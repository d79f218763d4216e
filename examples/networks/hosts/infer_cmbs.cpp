// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_cmbs() {
  return {
      infers<vscg::cmbs<>>(),
      infers<vscg::with_escm<vscg::cmbs<>>>(),
      infers<vscg::cmbs<weakly>>(),
      infers<vscg::with_escm<vscg::cmbs<weakly>>>(),
  };
}

}  // namespace networks
