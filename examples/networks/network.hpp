// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <vscg/core/team.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/traced_network.hpp>
#include <vscg/train/ave/metadata.hpp>

// What ave_evaluate, ave_localize and ave_export see of networks. Each is compiled in a file of its own,
// infer_<name>.cpp, behind this interface. To add one: write such a file and add a line to the list in
// open_network.cpp.

namespace networks {

/// Where features come from: videos 0 … videos() - 1, of any size in all. Reading may happen in another thread than the
/// caller's, but never twice at a time.
class feature_source {
 public:
  virtual ~feature_source() = default;
  virtual std::size_t videos() const = 0;
  /// Reads videos from `first` on: audio [N, 10, 128], visual [N, 10, 7, 7, 512]. Throws vscg::expectation_error, also
  /// for features that are not finite.
  virtual void read(std::size_t first, std::span<float> audio, std::span<float> visual) const = 0;
  virtual void read(std::size_t first, std::span<double> audio, std::span<double> visual) const = 0;
};

/// What a network says of some videos.
struct localization {
  std::size_t first = 0;              ///< the first of them
  std::size_t videos = 0;             ///< N
  std::vector<std::uint8_t> classes;  ///< [N, 10], 28 is background
  std::vector<float> scores;          ///< [N, 10, 29], see vscg::train::class_scores
  std::vector<float> attention;       ///< [N, 10, 49], shares of the 7 × 7 regions
};

/// A network with its weights and all that it needs to run.
class network {
 public:
  virtual ~network() = default;
  /// What the weights file says.
  virtual const vscg::io::network_metadata& metadata() const = 0;
  /// What it says of the data set.
  virtual const vscg::train::ave_metadata& ave() const = 0;
  /// What it computes, and its weights: it refers to this network.
  virtual vscg::io::traced_network traced() const = 0;
  /// Calls `take` with what is said of each group of videos, in order, until all are done. The next group is read
  /// meanwhile. `threshold` is that of relevance, and of no meaning to a weakly supervised network.
  virtual void localize(const feature_source& videos, double threshold,
                        const std::function<void(const localization&)>& take) = 0;
};

/// Opens a weights file: which network it is, and whether it is float or double, the file says.
///
/// Throws vscg::expectation_error when it does not say, when these programs do not know the network, or when the
/// weights do not fit it.
std::unique_ptr<network> open_network(const std::filesystem::path& weights, vscg::threads threads);

}  // namespace networks
