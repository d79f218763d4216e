// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmran.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_cmran() {
  return {
      infers<vscg::cmran<>>(),
      infers<vscg::cmran<weakly>>(),
  };
}

}  // namespace networks
