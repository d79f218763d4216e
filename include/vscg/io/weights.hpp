// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/io/state.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/network_identity.hpp>
#include <vscg/model/weights.hpp>

// Saves and loads a network's weights as one safetensors file with the names of PyTorch's state_dict.

namespace vscg::io {

namespace weights_detail {

inline std::vector<state_entry> state_entries(const parameter_table& table) {
  std::vector<state_entry> entries;
  for (const auto& entry : table.entries) entries.push_back({entry.name, entry.shape});
  return entries;
}

/// Throws unless `metadata` describes the network with these arrays and settings; one without a name accepts any.
template <class Network>
void check_identity(const network_metadata& metadata, const parameter_table& table, const std::string& thing) {
  if constexpr (constexpr network_identity own = identity_of<Network>; own.named()) {
    expect_identity(metadata, own.of(table.settings), thing);
  }
}

template <class Network, class Scalar, class Backend>
void save(const vscg::weights<Network, Scalar, Backend>& w, const std::filesystem::path& path,
          const std::map<std::string, std::string>& metadata) {
  std::vector<std::vector<Scalar>> numbers;
  for (const auto& entry : w.table().entries) numbers.push_back(w.get(entry.name));
  save_state<Scalar>(
      path, state_entries(w.table()), [&](std::size_t i) { return std::span<const Scalar>(numbers[i]); }, metadata);
}

}  // namespace weights_detail

/// Writes all arrays of `w`, atomically: the file gets its name when it is complete and on disk, or not at all. The
/// same weights and metadata give the same bytes. PyTorch: save_file(net.state_dict(), path, metadata).
///
/// Throws vscg::expectation_error when the metadata is invalid or names another network, when a number is NaN or
/// infinite (the error names the array and the element, and an earlier file stays), or when the file cannot be written.
template <class Network, class Scalar, class Backend>
void save_weights(const vscg::weights<Network, Scalar, Backend>& w, const std::filesystem::path& path,
                  const network_metadata& metadata) {
  weights_detail::check_identity<Network>(metadata, w.table(), "metadata to write into " + path.string());
  weights_detail::save(w, path, metadata_to_map(metadata));
}
template <class Network, class Scalar, class Backend, class Inputs>
void save_weights(const model<Network, Scalar, Backend, Inputs>& net, const std::filesystem::path& path,
                  const network_metadata& metadata) {
  save_weights(net.weights(), path, metadata);
}

/// Loads a file into a network's weights: all names and shapes must fit, or nothing changes. float files load into
/// double; double into float is refused. PyTorch: net.load_state_dict(load_file(path), strict=True).
///
/// The file's metadata must name this network (vscg::identity_of), and is returned; a file without any, such as a
/// state_dict saved in PyTorch, only has to fit by names and shapes. With a prefix (see load_prefix) only that part is
/// replaced, and the metadata, which describes the whole network, is not compared.
///
/// Throws vscg::expectation_error that lists everything that does not fit; the weights then stay as they were.
template <class Network, class Scalar, class Backend>
std::optional<network_metadata> load_weights(vscg::weights<Network, Scalar, Backend>& w,
                                             const std::filesystem::path& path, const load_prefix& prefix = {}) {
  const auto file = safetensors_file::open(path);
  if (file.metadata().contains("vscg.format")) {
    throw expectation_error(
        path.string(), "a network's weights",
        "a checkpoint (load_checkpoint it into a trainer of the same settings, then save its model)");
  }
  std::optional<network_metadata> metadata;
  for (const auto& [key, value] : file.metadata()) {
    if (!key.starts_with("vscg.")) continue;
    metadata = metadata_from_map(file.metadata(), path.string());
    break;
  }
  if (metadata && prefix.file.empty() && prefix.table.empty()) {
    weights_detail::check_identity<Network>(*metadata, w.table(), path.string());
  }
  const auto& entries = w.table().entries;
  load_state<Scalar>(
      file, weights_detail::state_entries(w.table()),
      [&](std::size_t i, std::span<const Scalar> values) { w.set(entries[i].name, values); }, prefix);
  return metadata;
}
template <class Network, class Scalar, class Backend, class Inputs>
std::optional<network_metadata> load_weights(model<Network, Scalar, Backend, Inputs>& net,
                                             const std::filesystem::path& path, const load_prefix& prefix = {}) {
  return load_weights(net.weights(), path, prefix);
}

/// What a weights file says about itself; reads no numbers. Throws vscg::expectation_error if it says nothing.
inline network_metadata read_metadata(const std::filesystem::path& path) {
  return metadata_from_map(safetensors_file::open(path).metadata(), path.string());
}

}  // namespace vscg::io

namespace vscg {

/// Writes a network's numbers as a safetensors file, atomically, for `load`. If the network has a name
/// (vscg::identity_of), the file says so. Throws vscg::expectation_error, and leaves an earlier file, if a number is
/// NaN or infinite or the file cannot be written. PyTorch: save_file(net.state_dict(), path).
template <class Network, class Scalar, class Backend>
void save(const weights<Network, Scalar, Backend>& w, const std::filesystem::path& path) {
  std::map<std::string, std::string> metadata;
  if constexpr (identity_of<Network>.named())
    metadata = io::metadata_to_map(io::metadata_of<Network>(w.table().settings));
  io::weights_detail::save(w, path, metadata);
}
template <class Network, class Scalar, class Backend, class Inputs>
void save(const model<Network, Scalar, Backend, Inputs>& net, const std::filesystem::path& path) {
  save(net.weights(), path);
}

/// Loads a safetensors file into a network: all names and shapes must fit, or nothing changes, and a network with a
/// name takes no file of another. See io::load_weights.
template <class Network, class Scalar, class Backend>
void load(weights<Network, Scalar, Backend>& w, const std::filesystem::path& path) {
  io::load_weights(w, path);
}
template <class Network, class Scalar, class Backend, class Inputs>
void load(model<Network, Scalar, Backend, Inputs>& net, const std::filesystem::path& path) {
  io::load_weights(net, path);
}

}  // namespace vscg

#include <vscg/core/end.hpp>
