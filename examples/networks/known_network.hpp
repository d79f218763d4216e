// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include <vscg/core/team.hpp>
#include <vscg/model/network_identity.hpp>

#include "networks/infer_networks.hpp"
#include "networks/network.hpp"

namespace networks {

/// A network that the programs open: its name in files, and the functions that open one. Settings that are numbers are
/// compared when it is opened.
struct known_network {
  vscg::network_identity identity;
  std::unique_ptr<network> (*open)(const std::filesystem::path&, precision, vscg::threads);
  std::unique_ptr<network> (*open_on_card)(const std::filesystem::path&, vscg::threads);  ///< null: none
};

}  // namespace networks
