// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include <vscg/core/team.hpp>

#include "networks/network.hpp"
#include "networks/train.hpp"

// The networks on a CUDA card. Their files, in cuda/, are compiled only with VSCG_ENABLE_CUDA; without_cuda.cpp takes
// their place otherwise. Only the released networks are there, in float: each costs as much time to compile as one for
// the processor.

namespace networks {

/// What the thread that made it computes on while it lives.
class card {
 public:
  virtual ~card() = default;
  /// "NVIDIA H100 80GB HBM3"
  virtual std::string name() const = 0;
};

/// The card of this number, with exact, split, tf32 or bf16 products. Throws vscg::expectation_error if the programs
/// were built without CUDA, or if there is no such card or it is too old.
std::unique_ptr<card> use_card(std::size_t number, const std::string& precision);

/// The name of the card of this number, which is left alone: other processes will use it. Throws like use_card.
std::string name_of_card(std::size_t number);

// Under a card, as the training functions of train.hpp:
std::unique_ptr<network> infer_vscg_fully_cuda(const std::filesystem::path& weights, vscg::threads threads);
std::unique_ptr<network> infer_vscg_weakly_cuda(const std::filesystem::path& weights, vscg::threads threads);

}  // namespace networks
