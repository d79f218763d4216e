// SPDX-License-Identifier: MIT
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/model/network_identity.hpp>

#include "networks/card.hpp"
#include "networks/hosts/hosts.hpp"
#include "networks/infer_networks.hpp"
#include "networks/known_network.hpp"
#include "networks/network.hpp"

namespace networks {

namespace {

std::vector<known_network> known_networks() {
  std::vector<known_network> all{
      {{"vscg", "released", {{"setting", "fully"}}}, infer_vscg_fully, infer_vscg_fully_cuda},
      {{"vscg", "paper", {{"setting", "fully"}}}, infer_vscg_fully_paper, nullptr},
      {{"vscg", "released", {{"setting", "weakly"}}}, infer_vscg_weakly, infer_vscg_weakly_cuda},
      {{"vscg", "paper", {{"setting", "weakly"}}}, infer_vscg_weakly_paper, nullptr},
  };
  const std::vector<known_network> hosts = known_hosts();
  all.insert(all.end(), hosts.begin(), hosts.end());
  return all;
}

/// A weights file, and what it says it is.
struct known_file {
  known_network network;
  precision numbers;
};

known_file look_at(const std::filesystem::path& weights) {
  const auto file = vscg::io::safetensors_file::open(weights);
  const auto says = vscg::io::metadata_from_map(file.metadata(), weights.string());
  std::string all;
  for (const known_network& known : known_networks()) {
    if (vscg::io::has_identity(says, known.identity)) {
      const bool wide =
          std::ranges::any_of(file.tensors(), [](const auto& tensor) { return tensor.type == vscg::io::dtype::f64; });
      return {known, wide ? precision::in_double : precision::in_float};
    }
    all += (all.empty() ? "" : ", ") + vscg::identity_text(known.identity);
  }
  throw vscg::expectation_error(weights.string(), "weights of one of: " + all, "weights of " + identity_text(says));
}

}  // namespace

std::unique_ptr<network> open_network(const std::filesystem::path& weights, vscg::threads threads) {
  const known_file found = look_at(weights);
  return found.network.open(weights, found.numbers, threads);
}

std::unique_ptr<network> open_network_on_card(const std::filesystem::path& weights, vscg::threads threads) {
  const known_file found = look_at(weights);
  if (found.network.open_on_card == nullptr) {
    throw vscg::expectation_error("--device", "cpu for " + vscg::identity_text(found.network.identity), "cuda");
  }
  if (found.numbers == precision::in_double) {
    throw vscg::expectation_error("--device", "cpu for weights in double", "cuda");
  }
  return found.network.open_on_card(weights, threads);
}

}  // namespace networks
