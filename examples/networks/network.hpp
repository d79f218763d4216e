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
#include <vscg/train/computed_on.hpp>

// How ave_evaluate, ave_localize and ave_export see networks. Each network is compiled in a file of its own,
// infer_<name>.cpp, behind this interface. To add one, write such a file and add a line to the list in
// open_network.cpp.

namespace networks {

/// A source of features: videos 0 … videos() - 1, however large in total. Another thread than the caller's may read,
/// but never two at the same time.
class feature_source {
 public:
  virtual ~feature_source() = default;
  virtual std::size_t videos() const = 0;
  /// Reads videos from `first` on: audio [N, 10, 128], visual [N, 10, 7, 7, 512]. Throws vscg::expectation_error, also
  /// for features that are not finite.
  virtual void read(std::size_t first, std::span<float> audio, std::span<float> visual) const = 0;
  virtual void read(std::size_t first, std::span<double> audio, std::span<double> visual) const = 0;
};

/// What a network says about some videos.
struct localization {
  std::size_t first = 0;              ///< the first video
  std::size_t videos = 0;             ///< N
  std::vector<std::uint8_t> classes;  ///< [N, 10], 28 is background
  std::vector<float> scores;          ///< [N, 10, 29], see vscg::train::class_scores
  std::vector<float> attention;  ///< [N, 10, 49], shares of the 7 × 7 regions; empty if the network has no such map
};

/// A network with its weights and everything it needs to run.
class network {
 public:
  virtual ~network() = default;
  /// The metadata of the weights file.
  virtual const vscg::io::network_metadata& metadata() const = 0;
  /// The part of it about the data set.
  virtual const vscg::train::ave_metadata& ave() const = 0;
  /// What it computes on, and how.
  virtual const vscg::train::computed_on& on() const = 0;
  /// What the network computes, and its weights; the result refers to this network.
  virtual vscg::io::traced_network traced() const = 0;
  /// Calls `take` with the results of each group of videos, in order, until all are done. The next group is read
  /// meanwhile. `threshold` is for relevance; a weakly supervised network ignores it.
  virtual void localize(const feature_source& videos, double threshold,
                        const std::function<void(const localization&)>& take) = 0;
};

/// Opens a weights file. The file says which network it is, and whether it is float or double.
///
/// Throws vscg::expectation_error when the file does not say so, when these programs do not know the network, or when
/// the weights do not fit it.
std::unique_ptr<network> open_network(const std::filesystem::path& weights, vscg::threads threads);

/// The same on the thread's card, see card.hpp. Throws vscg::expectation_error also for a network that is compiled only
/// for the processor, and for weights in double.
std::unique_ptr<network> open_network_on_card(const std::filesystem::path& weights, vscg::threads threads);

}  // namespace networks
