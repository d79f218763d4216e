// SPDX-License-Identifier: MIT
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>

#include "networks/card.hpp"

namespace networks {

namespace {

[[noreturn]] void refuse() {
  throw vscg::expectation_error("--device", "cpu, because this program was built without CUDA (VSCG_ENABLE_CUDA=ON)",
                                "cuda");
}

}  // namespace

std::unique_ptr<card> use_card(std::size_t, const std::string&) { refuse(); }
std::string name_of_card(std::size_t) { refuse(); }
train_outcome train_vscg_fully_cuda(const train_request&) { refuse(); }
train_outcome train_vscg_weakly_cuda(const train_request&) { refuse(); }
std::unique_ptr<network> infer_vscg_fully_cuda(const std::filesystem::path&, vscg::threads) { refuse(); }
std::unique_ptr<network> infer_vscg_weakly_cuda(const std::filesystem::path&, vscg::threads) { refuse(); }

}  // namespace networks
