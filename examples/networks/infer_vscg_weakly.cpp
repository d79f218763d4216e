// SPDX-License-Identifier: MIT
#include "networks/infer.hpp"
#include "networks/infer_networks.hpp"

namespace networks {

std::unique_ptr<network> infer_vscg_weakly(const std::filesystem::path& weights, precision p, vscg::threads threads) {
  return infer_network<vscg::vscg_net_weakly>(weights, p, threads);
}

std::unique_ptr<network> infer_vscg_weakly_paper(const std::filesystem::path& weights, precision p,
                                                 vscg::threads threads) {
  return infer_network<vscg::vscg_net_weakly_paper>(weights, p, threads);
}

}  // namespace networks
