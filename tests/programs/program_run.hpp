// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/data/ave_dataset.hpp>
#include <vscg/data/synthesize.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/train/ave/metadata.hpp>

#include "support/program_run.hpp"
#include "support/temporary_folder.hpp"

// What the tests of programs share: a small data set, and weights whose results are known.

namespace programs_test {

/// Twenty synthesized videos, more than the programs take in one group.
inline vscg::data::ave_dataset make_data(const temporary_folder& dir) {
  vscg::data::synthesis_options options;
  options.videos = 20;
  options.noisy = 0;
  options.type = vscg::data::stored_type::float32;
  vscg::data::synthesize(dir / "data", options);
  return vscg::data::ave_dataset::open(dir / "data", {});
}

inline constexpr double relevance = 0.9;  // every segment's
inline constexpr double category_share = 0.8;

template <class Network>
vscg::io::network_metadata metadata_of(const std::vector<std::string>& names, double threshold = 0.7) {
  const auto metadata = vscg::io::metadata_of<Network>();
  const bool fully = *metadata.find("setting") == "fully";
  return vscg::train::with_categories(metadata, names, fully ? std::optional(threshold) : std::nullopt);
}

/// Weights that give relevance 0.9 and one category the share 0.8, whatever the video.
template <class Network, class Scalar>
void save_constant(const std::filesystem::path& path, std::size_t category, const std::vector<std::string>& names,
                   double threshold = 0.7) {
  vscg::weights<Network, Scalar, vscg::cpu> w(vscg::seed{1});
  const auto fill = [&](const char* name, Scalar value) {
    w.set(name, std::vector<Scalar>(w.table().find(name)->elements, value));
  };
  fill("L3.weight", 0);
  fill("L3.bias", static_cast<Scalar>(std::log(relevance / (1 - relevance))));
  fill("L4.weight", 0);
  std::vector<Scalar> bias(28, Scalar(0));
  bias[category] = static_cast<Scalar>(std::log(27 * category_share / (1 - category_share)));
  w.set("L4.bias", bias);
  vscg::io::save_weights(w, path, metadata_of<Network>(names, threshold));
}

/// Weakly supervised weights that score all 29 classes alike, so the network predicts category 0 with 1/29.
template <class Network>
void save_undecided(const std::filesystem::path& path, const std::vector<std::string>& names) {
  vscg::weights<Network, float, vscg::cpu> w(vscg::seed{1});
  w.set("L2.weight", std::vector<float>(w.table().find("L2.weight")->elements, 0.F));
  vscg::io::save_weights(w, path, metadata_of<Network>(names));
}

}  // namespace programs_test
