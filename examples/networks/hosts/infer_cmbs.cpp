// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmbs.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_cmbs() {
  return {
      infers_both<vscg::cmbs<>>(),
      infers_both<vscg::with_escm<vscg::cmbs<>>>(),
      infers_both<vscg::cmbs<weakly>>(),
      infers_both<vscg::with_escm<vscg::cmbs<weakly>>>(),
  };
}

}  // namespace networks
