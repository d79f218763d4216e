// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include <vscg/core/error.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/model/network_identity.hpp>

#include "networks/infer_networks.hpp"
#include "networks/network.hpp"

namespace networks {

namespace {

struct known_network {
  vscg::network_identity identity;
  std::unique_ptr<network> (*open)(const std::filesystem::path&, precision, vscg::threads);
};

constexpr std::array known_networks{
    known_network{{"vscg", "released", {{"setting", "fully"}}}, infer_vscg_fully},
    known_network{{"vscg", "paper", {{"setting", "fully"}}}, infer_vscg_fully_paper},
    known_network{{"vscg", "released", {{"setting", "weakly"}}}, infer_vscg_weakly},
    known_network{{"vscg", "paper", {{"setting", "weakly"}}}, infer_vscg_weakly_paper},
};

}  // namespace

std::unique_ptr<network> open_network(const std::filesystem::path& weights, vscg::threads threads) {
  const auto file = vscg::io::safetensors_file::open(weights);
  const auto says = vscg::io::metadata_from_map(file.metadata(), weights.string());
  std::string all;
  for (const known_network& known : known_networks) {
    if (vscg::io::has_identity(says, known.identity)) {
      const bool wide =
          std::ranges::any_of(file.tensors(), [](const auto& tensor) { return tensor.type == vscg::io::dtype::f64; });
      return known.open(weights, wide ? precision::in_double : precision::in_float, threads);
    }
    all += (all.empty() ? "" : ", ") + vscg::identity_text(known.identity);
  }
  throw vscg::expectation_error(weights.string(), "weights of one of: " + all, "weights of " + identity_text(says));
}

}  // namespace networks
