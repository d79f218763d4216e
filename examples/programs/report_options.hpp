// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/data/types.hpp>

#include "programs/device_options.hpp"
#include "programs/options.hpp"
#include "programs/split_option.hpp"

namespace programs {

/// The options of ave_report.
struct report_options {
  std::vector<std::string> runs;
  std::string data, frames, out = "report.html";
  vscg::data::split part = vscg::data::split::test;
  std::vector<std::string> videos;  ///< ids or rows; empty: `count` are chosen
  std::size_t count = 6;
  std::size_t threads = vscg::threads::all().count;
  programs::device device;
  std::string precision = "exact";
};

inline constexpr whole_range any_count{0, 1000};

inline void add_options(CLI::App& app, report_options& given) {
  app.add_option_function<std::vector<std::string>>(
         "RUN",
         [&given](const std::vector<std::string>& folders) {
           for (const std::string& folder : folders) {
             if (folder.empty()) throw vscg::expectation_error("RUN", "the name of a folder", shown(folder));
           }
           given.runs = folders;
         },
         "folders of ave_train")
      ->required();
  add_path(app, "--data", given.data, "folder with the files of the data set")->required()->type_name("DIR");
  add_split(app, given.part);
  auto* videos =
      add_names(app, "--videos", given.videos, "ids or rows",
                "videos to show: ids of Annotations.txt or rows (default: some right ones, some wrong ones)");
  add_whole_number(app, "--count", given.count, any_count, "how many videos to show (default: 6)")->excludes(videos);
  add_path(app, "--frames", given.frames, "folder with pictures of the videos: DIR/ID/0.jpg to 9.jpg, or .png")
      ->type_name("DIR");
  add_path(app, "--out", given.out, "the page (default: report.html)")->type_name("FILE");
  add_threads(app, given.threads);
  add_device(app, given.device);
  add_precision(app, given.precision);
}

}  // namespace programs
