// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/random.hpp>
#include <vscg/model/runner.hpp>

#include "networks/network.hpp"
#include "program_run.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/onnx_check.hpp"
#include "support/temporary_folder.hpp"

using namespace programs_test;

namespace {

/// Saves the initial weights of a network.
template <class Network, class Scalar = float>
void save_start(const std::filesystem::path& path) {
  std::vector<std::string> categories;
  for (int c = 0; c < 28; ++c) categories.push_back("category " + std::to_string(c));
  vscg::io::save_weights(vscg::weights<Network, Scalar, vscg::cpu>(vscg::seed{3}), path,
                         vscg::train::with_categories(vscg::io::metadata_of<Network>(), categories));
}

void save_all(const temporary_folder& dir) {
  save_start<vscg::vscg_net>(dir / "fully");
  save_start<vscg::vscg_net_paper>(dir / "fully_paper");
  save_start<vscg::vscg_net_weakly>(dir / "weakly");
  save_start<vscg::vscg_net_weakly_paper>(dir / "weakly_paper");
}

const std::vector<std::string> fully_outputs{"event_relevance: B 10", "event_category: B 28", "similarity: B 10",
                                             "segment_scores: B 10 29", "attention: B 10 49"};
const std::vector<std::string> weakly_outputs{"video_probability: B 29", "segment_scores: B 10 29",
                                              "smooth_probability: B 29", "attention: B 10 49"};

std::vector<std::string> described(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values) {
  std::vector<std::string> all;
  for (const auto& value : values) all.push_back(value.name() + ": " + onnx_check::shape_of(value));
  return all;
}

/// How many operators a network has, and the signature of the graph that agreed with ONNX Runtime.
struct expected_graph {
  int operators;
  std::uint64_t signature;
  std::vector<std::string> outputs;
};

/// The graphs that are known to be right, for machines without ONNX Runtime. A changed one is first compared there.
const std::map<std::string, expected_graph> expected_graphs{
    {"fully", {239, 0x656679055c3dbe13U, fully_outputs}},
    {"fully_paper", {239, 0x229c9305795af4d3U, fully_outputs}},
    {"weakly", {218, 0x4def4e91fd88db80U, weakly_outputs}},
    {"weakly_paper", {216, 0xe4213c0077531adcU, weakly_outputs}}};

onnx::ModelProto exported(const std::filesystem::path& program, const temporary_folder& dir, const std::string& name,
                          const std::string& more = "") {
  const auto r = run(program, dir, "--weights " + name + " --onnx " + name + ".onnx" + more);
  INFO(r.err);
  REQUIRE(r.code == 0);
  return onnx_check::parsed(bytes_of(dir / (name + ".onnx")));
}

/// Writes some features, and what the network itself says about them, where run_onnx.py finds them.
void put_answers(const std::filesystem::path& weights, const std::filesystem::path& folder, std::size_t items) {
  const auto network = networks::open_network(weights, vscg::threads{2});
  const auto traced = network->traced();
  const vscg::parameter_table& table = *traced.parameters;
  std::vector<float> numbers(table.buffer_elements);
  for (const auto& entry : table.entries) {
    const auto from = traced.numbers(entry);
    std::ranges::transform(from, numbers.begin() + static_cast<std::ptrdiff_t>(entry.offset),
                           [](double number) { return static_cast<float>(number); });
  }
  const std::shared_ptr<const vscg::program> program(std::shared_ptr<void>(), traced.operations);
  vscg::runner<float, vscg::cpu> runner(program, table, vscg::threads{2}, items);
  runner.bind_weights(numbers.data());
  runner.prepare();
  std::vector<std::vector<float>> inputs;
  for (const vscg::slot_id id : program->inputs()) {
    const vscg::random_stream stream(vscg::seed{4}, std::to_string(id));
    std::vector<float> features(program->slot_table()[id].size.elements(items));
    // Half of them are 0, as after a relu.
    for (std::size_t i = 0; i < features.size(); ++i)
      features[i] = std::max(0.F, static_cast<float>(4 * stream.uniform(i) - 2));
    onnx_check::put_numbers(folder / ("input_" + std::to_string(inputs.size())), features);
    inputs.push_back(std::move(features));
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) runner.bind_input(k, inputs[k].data());
  vscg::run_state state;
  state.items = state.batch_items = items;
  runner.forward(state);
  for (std::size_t k = 0; k < program->outputs().size(); ++k) {
    const vscg::slot_id id = program->outputs()[k];
    const float* first = runner.value(id);
    const std::vector<float> output(first, first + program->slot_table()[id].size.elements(items));
    onnx_check::put_numbers(folder / ("output_" + std::to_string(k)), output);
  }
}

}  // namespace

TEST_CASE("ave_export: all networks give valid files, with names and numbers of the weights") {
  const auto program = find_program("ave_export");
  if (program.empty()) return;
  const temporary_folder dir;
  save_all(dir);
  for (const auto& graph : expected_graphs) {
    const auto& name = graph.first;
    const auto& expected = graph.second;
    INFO(name);
    const auto model = exported(program, dir, name);
    onnx_check::expect_valid(model);
    CHECK(model.ir_version() == 8);
    REQUIRE(model.opset_import_size() == 1);
    CHECK(model.opset_import(0).version() == 17);
    CHECK(described(model.graph().input()) == std::vector<std::string>{"audio: B 10 128", "visual: B 10 7 7 512"});
    CHECK(described(model.graph().output()) == expected.outputs);
    CHECK(model.graph().node_size() == expected.operators);
    CHECK(onnx_check::signature_of(model) == expected.signature);
    // The arrays are the file's own, by their names; each direction of a layer has its own.
    const auto file = vscg::io::safetensors_file::open(dir / name);
    std::size_t arrays = 0;
    std::set<std::string> names;
    for (const auto& array : model.graph().initializer()) {
      names.insert(array.name());
      const auto* tensor = file.find(array.name());
      if (tensor == nullptr) continue;
      ++arrays;
      CHECK(std::vector<std::size_t>(array.dims().begin(), array.dims().end()) == tensor->shape);
    }
    CHECK(arrays >= 50);
    CHECK(names.contains("lstm_a_v.lstm_audio.weight_ih_l0_reverse"));
    CHECK(names.contains("linear_v.weight") == contains(name, "weakly"));  // the other networks do not read it
    std::map<std::string, std::string> says;
    for (const auto& entry : model.metadata_props()) says[entry.key()] = entry.value();
    CHECK(says["vscg.network"] == "vscg");
    CHECK(says["vscg.form"] == (contains(name, "paper") ? "paper" : "released"));
    CHECK(says["vscg.setting"] == name.substr(0, name.find('_')));
  }
}

TEST_CASE("ave_export: all networks give the same numbers in ONNX Runtime") {
  const auto program = find_program("ave_export");
  if (program.empty()) return;
  constexpr std::size_t items = 3;
  const temporary_folder dir;
  save_all(dir);
  const temporary_folder models;
  for (const std::string name : {"fully", "fully_paper", "weakly", "weakly_paper"}) {
    put_answers(dir / name, models / name, items);
    exported(program, dir, name);
    std::filesystem::rename(dir / (name + ".onnx"), models / name / "model.onnx");
  }
  onnx_check::agrees_with_runtime(models, items, 1e-5);
}

TEST_CASE("ave_export: precision, and unusable input") {
  const auto program = find_program("ave_export");
  if (program.empty()) return;
  const temporary_folder dir;
  save_start<vscg::vscg_net, double>(dir / "double");
  const auto type_of = [](const onnx::ModelProto& model) {
    return model.graph().input(0).type().tensor_type().elem_type();
  };
  const auto in_double = exported(program, dir, "double");
  CHECK(type_of(in_double) == onnx::TensorProto::DOUBLE);
  CHECK_NOTHROW(onnx_check::expect_valid(in_double));
  const auto in_float = exported(program, dir, "double", " --precision float");
  CHECK(type_of(in_float) == onnx::TensorProto::FLOAT);
  CHECK_NOTHROW(onnx_check::expect_valid(in_float));
  const auto r = run(program, dir, "--weights double --onnx again.onnx --precision float");
  CHECK(contains(r.out, "vscg fully (released) in again.onnx"));
  CHECK(contains(r.out, "event_relevance  [B, 10]"));
  CHECK(bytes_of(dir / "again.onnx") == bytes_of(dir / "double.onnx"));

  put_bytes(dir / "half", bytes_of(dir / "double").substr(0, 100000));
  const auto before = dir.names().size();
  const auto error = [&](const std::string& arguments) { return refused(program, dir, arguments); };
  CHECK(contains(error("--onnx o"), "--weights is required"));
  CHECK(contains(error("--weights double"), "--onnx is required"));
  CHECK(contains(error("--weights none --onnx o"), "none"));
  CHECK(contains(error("--weights half --onnx o"), "half: expected"));
  CHECK(contains(error("--weights double --onnx double"), "--onnx: expected another file than --weights"));
  CHECK(contains(error("--weights double --onnx nowhere/o"), "nowhere/o"));
  CHECK(contains(error("--weights double --onnx o --precision half"), "--precision: expected float or double"));
  CHECK(dir.names().size() == before);
}

TEST_CASE("a card takes only the released networks, in float") {
  const temporary_folder dir;
  save_start<vscg::vscg_net_paper>(dir / "paper");
  save_start<vscg::vscg_net, double>(dir / "double");
  const auto refusal = [&](const char* name) {
    return error_of([&] { networks::open_network_on_card(dir / name, vscg::threads{1}); });
  };
  CHECK(refusal("paper") == "--device: expected cpu for vscg fully (paper), found cuda");
  CHECK(refusal("double") == "--device: expected cpu for weights in double, found cuda");
}
