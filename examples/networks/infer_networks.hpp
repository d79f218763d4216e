// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include <vscg/core/team.hpp>

#include "networks/network.hpp"

namespace networks {

enum class precision { in_float, in_double };

std::unique_ptr<network> infer_vscg_fully(const std::filesystem::path& weights, precision p, vscg::threads threads);
std::unique_ptr<network> infer_vscg_fully_paper(const std::filesystem::path& weights, precision p,
                                                vscg::threads threads);
std::unique_ptr<network> infer_vscg_weakly(const std::filesystem::path& weights, precision p, vscg::threads threads);
std::unique_ptr<network> infer_vscg_weakly_paper(const std::filesystem::path& weights, precision p,
                                                 vscg::threads threads);

}  // namespace networks
