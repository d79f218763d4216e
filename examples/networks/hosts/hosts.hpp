// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <vscg/nets/vscg/setting.hpp>

#include "networks/known_network.hpp"
#include "networks/train.hpp"

// The other networks of the paper's tables, and VSCG's variants, on the processor, in float; CMBS in double too. Each
// has two files here, train_<name>.cpp and infer_<name>.cpp, with one line for each row of a table.

namespace networks {

inline constexpr auto weakly = vscg::setting::weakly;

std::vector<trainable> trainable_hosts();
std::vector<known_network> known_hosts();

}  // namespace networks
