// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/team.hpp>

#include "programs/device_options.hpp"
#include "programs/options.hpp"

namespace programs {

/// The options of ave_localize.
struct localize_options {
  std::string weights, data, audio, visual, json_file, attention_file;
  std::vector<std::size_t> videos;
  std::optional<double> threshold;
  std::optional<std::size_t> overlap;
  std::size_t threads = vscg::threads::all().count;
  programs::device device;
  std::string precision = "exact";
};

/// Only the data set knows how many rows there are; this catches slips before it is opened.
inline constexpr whole_range any_row{0, 1'000'000'000};

/// Seconds that windows of ten seconds can share.
inline constexpr whole_range any_overlap{0, 9};

inline void add_options(CLI::App& app, localize_options& given) {
  add_path(app, "--weights", given.weights, "weights (.safetensors); the file says which network it is")
      ->required()
      ->type_name("FILE");
  auto* data =
      add_path(app, "--data", given.data, "folder with the files of the data set; labels are shown but not needed")
          ->option_text("DIR");
  add_whole_numbers(app, "--videos", given.videos, any_row, "rows of the data set (default: all)")->needs(data);
  auto* audio = add_path(app, "--audio", given.audio,
                         "audio features (.npy): [10,128], [N,10,128], or [S,128] of one longer video")
                    ->option_text("FILE")
                    ->excludes(data);
  auto* visual =
      add_path(app, "--visual", given.visual, "visual features (.npy): [10,7,7,512], [N,10,7,7,512] or [S,7,7,512]")
          ->option_text("FILE")
          ->excludes(data)
          ->needs(audio);
  audio->needs(visual);
  add_whole_number(app, "--overlap", given.overlap, any_overlap,
                   "seconds that the windows of a longer video share (default: 5)")
      ->needs(audio);
  add_path(app, "--json", given.json_file, "write the events there; examples/README.md explains the fields")
      ->type_name("FILE");
  add_path(app, "--attention", given.attention_file, "write the attention there (.npy): [N,10,7,7], or [S,7,7]")
      ->type_name("FILE");
  add_threshold(app, given.threshold);
  add_threads(app, given.threads);
  add_device(app, given.device);
  add_precision(app, given.precision);
}

}  // namespace programs
