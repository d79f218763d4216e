// SPDX-License-Identifier: MIT
#include "networks/infer.hpp"
#include "networks/infer_networks.hpp"

namespace networks {

std::unique_ptr<network> infer_vscg_fully(const std::filesystem::path& weights, precision p, vscg::threads threads) {
  return infer_network<vscg::vscg_net>(weights, p, threads);
}

std::unique_ptr<network> infer_vscg_fully_paper(const std::filesystem::path& weights, precision p,
                                                vscg::threads threads) {
  return infer_network<vscg::vscg_net_paper>(weights, p, threads);
}

}  // namespace networks
