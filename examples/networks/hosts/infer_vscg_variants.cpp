// SPDX-License-Identifier: MIT
#include <vscg/nets/vscg/variants.hpp>

#include "networks/hosts/infers.hpp"

namespace networks {

std::vector<known_network> infer_vscg_variants() {
  return {
      infers<vscg::without_escm<>>(),        infers<vscg::without_isce<>>(),       infers<vscg::with_average<>>(),
      infers<vscg::with_maximum<>>(),        infers<vscg::with_two_cere<>>(),      infers<vscg::without_escm<weakly>>(),
      infers<vscg::without_isce<weakly>>(),  infers<vscg::with_average<weakly>>(), infers<vscg::with_maximum<weakly>>(),
      infers<vscg::with_two_cere<weakly>>(),
  };
}

}  // namespace networks
