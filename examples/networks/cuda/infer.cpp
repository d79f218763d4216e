// SPDX-License-Identifier: MIT
#include "networks/infer.hpp"

#include <filesystem>
#include <memory>

#include <vscg/cuda/backend.hpp>

#include "networks/card.hpp"

namespace networks {

std::unique_ptr<network> infer_vscg_fully_cuda(const std::filesystem::path& weights, vscg::threads threads) {
  return std::make_unique<inferring_network<vscg::vscg_net, float, vscg::cuda_chosen>>(weights, threads);
}

std::unique_ptr<network> infer_vscg_weakly_cuda(const std::filesystem::path& weights, vscg::threads threads) {
  return std::make_unique<inferring_network<vscg::vscg_net_weakly, float, vscg::cuda_chosen>>(weights, threads);
}

}  // namespace networks
