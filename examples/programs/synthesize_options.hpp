// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include <vscg/data/synthesize_options.hpp>

#include "programs/options.hpp"

namespace programs {

/// The options of ave_synthesize.
struct synthesize_options {
  std::string out, annotations;
  std::uint64_t seed = 1;
  vscg::data::synthesis_options synthesis;
};

inline void add_options(CLI::App& app, synthesize_options& given) {
  using vscg::data::stored_type;
  using vscg::data::withheld_sense;
  add_path(app, "--out", given.out, "directory to write (created; must be empty)")->required()->type_name("DIR");
  add_whole_number(app, "--videos", given.synthesis.videos, vscg::data::synthetic_videos,
                   "number of videos (default: all of --annotations, else 600)");
  add_path(app, "--annotations", given.annotations, "an Annotations.txt to follow (default: events are generated)")
      ->type_name("FILE");
  add_whole_number(app, "--seed", given.seed, any_seed,
                   "a seed names a world: its categories, videos and splits (default: 1)");
  add_whole_number(app, "--noisy", given.synthesis.noisy, vscg::data::synthetic_noisy_videos,
                   "background videos for weak training (default: videos x 178 / 4143)");
  add_choice(
      app, "--type", given.synthesis.type,
      choices<stored_type>{
          {"float64", stored_type::float64}, {"float32", stored_type::float32}, {"float16", stored_type::float16}},
      "how features are stored (default: float64, as AVE's)");
  add_choice(app, "--without", given.synthesis.withheld,
             choices<withheld_sense>{{"nothing", withheld_sense::nothing},
                                     {"sound", withheld_sense::sound},
                                     {"sight", withheld_sense::sight},
                                     {"place", withheld_sense::place}},
             "a sense to withhold, for controls; place: attention has no choice (default: nothing)");
  app.add_flag("--compress", given.synthesis.compress, "chunk by video and deflate");
  app.add_flag("--force", given.synthesis.force,
               "write into a directory that is not empty, replacing files of the same names");
}

}  // namespace programs
