// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <vscg/core/slot.hpp>

#include "programs/options.hpp"

namespace programs {

/// What ave_export is asked to do.
struct export_options {
  std::string weights, onnx_file;
  std::optional<vscg::element_type> precision;
};

/// Adds the options of ave_export.
inline void add_options(CLI::App& app, export_options& given) {
  using vscg::element_type;
  add_path(app, "--weights", given.weights, "weights (.safetensors); they say which network they are of")
      ->required()
      ->type_name("FILE");
  add_path(app, "--onnx", given.onnx_file, "write the network there (.onnx)")->required()->type_name("FILE");
  add_choice(app, "--precision", given.precision,
             choices<element_type>{{"float", element_type::float32}, {"double", element_type::float64}},
             "what the file computes in (default: as the weights); few runtimes have all of it in double");
}

}  // namespace programs
