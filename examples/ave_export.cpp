// SPDX-License-Identifier: MIT
// Writes a network with its weights as an ONNX file, for inference by other runtimes.
//
//   ave_export --weights RUN/best.safetensors --onnx network.onnx
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/slot.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/io/onnx.hpp>

#include "networks/network.hpp"
#include "programs/export_options.hpp"
#include "programs/files.hpp"
#include "programs/memory.hpp"
#include "programs/program.hpp"
#include "programs/stop.hpp"
#include "programs/weights.hpp"

namespace {

void print(const vscg::program& p, const char* what, std::span<const std::string> names,
           std::span<const vscg::slot_id> ids) {
  for (std::size_t k = 0; k < names.size(); ++k) {
    std::printf("  %-7s %-16s %s\n", what, names[k].c_str(), vscg::shape_text(p.slot_table()[ids[k]]).c_str());
  }
}

void write(const programs::export_options& given) {
  programs::expect_apart(std::vector<programs::named_file>{{"--weights", given.weights}},
                         std::vector<programs::named_file>{{"--onnx", given.onnx_file}});
  const auto network = programs::open_network(given.weights, 1);
  const auto metadata = vscg::io::metadata_to_map(network->metadata());
  vscg::io::onnx_options options;
  options.inputs = {"audio", "visual"};
  options.type = given.precision;
  options.metadata.assign(metadata.begin(), metadata.end());
  const auto traced = network->traced();
  {
    const programs::stop_hold hold;
    programs::with_room_for("the file of " + given.weights,
                            [&] { vscg::io::save_onnx(given.onnx_file, traced, options); });
  }
  std::printf("%s in %s\n", identity_text(network->metadata()).c_str(), given.onnx_file.c_str());
  const vscg::program& p = *traced.operations;
  print(p, "input", options.inputs, p.inputs());
  print(p, "output", traced.outputs, p.outputs());
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_export", [&] {
    CLI::App app("Writes a network with its weights as an ONNX file.", "ave_export");
    programs::export_options given;
    programs::add_options(app, given);
    if (programs::parse(app, argc, argv)) write(given);
  });
}
