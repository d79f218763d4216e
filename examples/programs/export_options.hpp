// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <vscg/core/slot.hpp>

#include "programs/options.hpp"

namespace programs {

/// The options of ave_export.
struct export_options {
  std::string weights, onnx_file;
  std::optional<vscg::element_type> precision;
};

inline void add_options(CLI::App& app, export_options& given) {
  using vscg::element_type;
  add_path(app, "--weights", given.weights, "weights (.safetensors); the file says which network it is")
      ->required()
      ->type_name("FILE");
  add_path(app, "--onnx", given.onnx_file, "write the network there (.onnx)")->required()->type_name("FILE");
  add_choice(app, "--precision", given.precision,
             choices<element_type>{{"float", element_type::float32}, {"double", element_type::float64}},
             "what the file computes in (default: as the weights); few runtimes have all operators in double");
}

}  // namespace programs
