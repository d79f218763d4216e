// SPDX-License-Identifier: MIT
#include <vscg/nets/hosts/cmran.hpp>
#include <vscg/nets/hosts/with.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_cmran() {
  return {
      infers<vscg::cmran<>>(),
      infers<vscg::with_escm<vscg::cmran<>>>(),
      infers<vscg::cmran<weakly>>(),
      infers<vscg::with_escm<vscg::cmran<weakly>>>(),
  };
}

}  // namespace networks
