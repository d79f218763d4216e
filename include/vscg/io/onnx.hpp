// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <filesystem>
#include <onnx/onnx_pb.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/config.hpp>
#include <vscg/core/error.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/slot.hpp>
#include <vscg/core/team.hpp>
#include <vscg/files/atomic_file.hpp>
#include <vscg/io/onnx/graph.hpp>
#include <vscg/io/onnx/mappings.hpp>
#include <vscg/io/traced_network.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/weights.hpp>

// Networks as ONNX files (https://onnx.ai), for inference by other runtimes.

namespace vscg::io {

/// The set of ONNX's operators that files ask for, and the version of the format that goes with it.
inline constexpr int onnx_operator_set = 17;
inline constexpr int onnx_format_version = 8;

struct onnx_options {
  /// Names of the inputs, in order. If none are given: "input" for a single one, "input_0", "input_1" … for several.
  std::vector<std::string> inputs{};
  /// Names of the outputs. If none are given: those of the network's struct of outputs.
  std::vector<std::string> outputs{};
  /// The type that the model computes in; by default the network's. Few runtimes have all operators in double.
  std::optional<element_type> type{};
  /// Keys and texts that the file carries.
  std::vector<std::pair<std::string, std::string>> metadata{};
  /// Mappings for your own operations, by name; they take precedence over the library's.
  ///
  ///   options.mappings["gelu"] = [](onnx_graph& to, const node& n) {
  ///     const auto x = to.operand(n, 0);
  ///     const auto e = to.add("Erf", {to.add("Mul", {x, to.scalar(std::sqrt(0.5))})});
  ///     return std::vector{to.add("Mul", {to.add("Mul", {x, to.scalar(0.5)}), to.add("Add", {e, to.scalar(1)})})};
  ///   };
  onnx_mapping_table mappings{};
};

namespace onnx_detail {

inline std::vector<std::string> input_names(const program& p, const onnx_options& options) {
  if (!options.inputs.empty()) return options.inputs;
  if (p.inputs().size() == 1) return {"input"};
  std::vector<std::string> numbered;
  for (std::size_t k = 0; k < p.inputs().size(); ++k) numbered.push_back("input_" + std::to_string(k));
  return numbered;
}

inline void expect_count(const char* what, std::size_t expected, std::size_t found) {
  if (expected != found)
    throw expectation_error(std::string("ONNX: the names of the ") + what, std::to_string(expected),
                            std::to_string(found));
}

/// The type of a program's numbers, apart from indices.
inline element_type computes_in(const program& p) {
  for (const slot& s : p.slot_table()) {
    if (s.type != element_type::int32) return s.type;
  }
  return element_type::float32;
}

inline onnx_mapping mapping_of(const node& n, const onnx_options& options, const onnx_mapping_table& own) {
  for (const onnx_mapping_table* table : {&options.mappings, &own}) {
    if (const auto found = table->find(n.kind); found != table->end()) return found->second;
  }
  throw expectation_error("ONNX: operation '" + n.kind + "'",
                          "one of the library, or a mapping for it in onnx_options::mappings", "neither");
}

}  // namespace onnx_detail

/// A network as an ONNX model. The batch is the symbolic extent "B"; arrays keep the names and shapes that they have in
/// the weights' table, and arrays that nothing reads are left out.
///
/// Throws vscg::expectation_error if an operation has no mapping, a name is given twice, a weight is not finite, or the
/// program was traced for training.
inline ::onnx::ModelProto onnx_model(traced_network network, const onnx_options& options = {}) {
  using namespace onnx_detail;
  const program& p = *network.operations;
  if (p.loss() != no_slot || !p.updates().empty()) {
    throw expectation_error("ONNX: the program", "one that was traced for inference", "one for training");
  }
  if (!options.outputs.empty()) network.outputs = options.outputs;
  const auto inputs = input_names(p, options);
  expect_count("inputs", p.inputs().size(), inputs.size());
  expect_count("outputs", p.outputs().size(), network.outputs.size());

  const element_type type = options.type.value_or(computes_in(p));
  if (type == element_type::int32)
    throw expectation_error("ONNX: the model's type", "float32 or float64", name_of(type));
  onnx_graph graph(network, inputs, type);
  const auto own = onnx_mappings();
  for (std::size_t i = 0; i < p.nodes().size(); ++i) {
    graph.write(p.nodes()[i], i, mapping_of(p.nodes()[i], options, own));
  }

  ::onnx::ModelProto model;
  model.set_ir_version(onnx_format_version);
  model.set_producer_name("vscg");
  model.set_producer_version(VSCG_VERSION);
  auto [made, domains] = graph.finish();
  made.set_name("network");
  *model.mutable_graph() = std::move(made);
  domains.emplace("", onnx_operator_set);
  for (const auto& [domain, version] : domains) {
    auto& set = *model.add_opset_import();
    set.set_domain(domain);
    set.set_version(version);
  }
  for (const auto& [key, text] : options.metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(text);
  }
  return model;
}

/// Writes a network as an ONNX file, atomically: the file gets its name when it is complete and on disk, or not at all.
/// The same network gives the same bytes. Throws what `onnx_model` throws, and vscg::expectation_error when the file
/// cannot be written.
inline void save_onnx(const std::filesystem::path& path, const traced_network& network,
                      const onnx_options& options = {}) {
  const auto model = onnx_model(network, options);
  std::string bytes;
  if (!model.SerializeToString(&bytes)) {
    throw expectation_error("cannot write " + path.string(), "less than 2 GiB, the format's limit",
                            std::to_string(model.ByteSizeLong()) + " bytes");
  }
  write_file(path, bytes);
}

/// Writes what a session computes with these weights, which are the ones it was made from.
template <class Network, class Scalar, class Backend, class Inputs>
void save_onnx(const std::filesystem::path& path, const session<Network, Scalar, Backend, Inputs>& traced,
               const vscg::weights<Network, Scalar, Backend>& w, const onnx_options& options = {}) {
  save_onnx(path, traced_network_of(traced, w), options);
}

/// Writes a model's inference. PyTorch: torch.onnx.export(net, ..., dynamic_shapes=...).
template <class Network, class Scalar, class Backend, class Inputs>
void save_onnx(const std::filesystem::path& path, const model<Network, Scalar, Backend, Inputs>& net,
               const onnx_options& options = {}) {
  const session<Network, Scalar, Backend, Inputs> traced(net.weights(), threads{1}, batch_capacity{1});
  save_onnx(path, traced, net.weights(), options);
}

}  // namespace vscg::io

#include <vscg/core/end.hpp>
