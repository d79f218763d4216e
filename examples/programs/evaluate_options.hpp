// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <vscg/core/team.hpp>
#include <vscg/data/types.hpp>

#include "programs/device_options.hpp"
#include "programs/options.hpp"
#include "programs/split_option.hpp"

namespace programs {

/// The options of ave_evaluate.
struct evaluate_options {
  std::string data, weights, json_file;
  vscg::data::split part = vscg::data::split::test;
  std::optional<double> threshold;
  std::size_t threads = vscg::threads::all().count;
  programs::device device;
  std::string precision = "exact";
};

inline void add_options(CLI::App& app, evaluate_options& given) {
  add_path(app, "--data", given.data, "folder with the files of the data set")->required()->type_name("DIR");
  add_path(app, "--weights", given.weights, "weights (.safetensors); the file says which network it is")
      ->required()
      ->type_name("FILE");
  add_split(app, given.part);
  add_threshold(app, given.threshold);
  add_path(app, "--json", given.json_file, "write all figures there; examples/README.md explains the fields")
      ->type_name("FILE");
  add_threads(app, given.threads);
  add_device(app, given.device);
  add_precision(app, given.precision);
}

}  // namespace programs
