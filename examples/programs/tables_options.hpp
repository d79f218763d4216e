// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/core/team.hpp>
#include <vscg/train/ave/protocol.hpp>
#include <vscg/train/settings.hpp>

#include "programs/device_options.hpp"
#include "programs/options.hpp"

namespace programs {

/// The options of ave_tables; what is not given is as each network's authors trained it.
struct tables_options {
  std::string data, out = "tables";
  std::vector<std::size_t> tables;  ///< in ascending order
  std::size_t seeds = 3, jobs = 1;
  std::optional<std::size_t> epochs, batch, micro_batch, threads;
  std::optional<double> learning_rate;
  vscg::train::protocol_name protocol = vscg::train::protocol_name::clean;
  std::vector<std::string> only;
  programs::device device;
  std::optional<std::string> precision;
};

inline constexpr whole_range any_seeds{1, 1000}, any_jobs{1, 1024};

/// Processors for each of the runs that go on at the same time.
inline std::size_t threads_of(const tables_options& given) {
  return given.threads.value_or(std::max<std::size_t>(1, vscg::threads::all().count / given.jobs));
}

inline void add_options(CLI::App& app, tables_options& given) {
  namespace train = vscg::train;
  using train::protocol_name;
  const std::string as_published = " (default: as each network's authors did)";
  add_path(app, "--data", given.data, "folder of the AVE data set's files")->required()->type_name("DIR");
  app.add_option_function<std::string>(
         "--table",
         [&given](const std::string& text) {
           given.tables.clear();
           if (text == "all") {
             given.tables = {1, 2, 3, 4, 5, 6};
             return;
           }
           for (std::size_t begin = 0; begin <= text.size();) {
             const std::size_t end = std::min(text.find(',', begin), text.size());
             const std::string one = text.substr(begin, end - begin);
             if (one.size() != 1 || one < "1" || one > "6") {
               throw vscg::expectation_error("--table", "numbers from 1 to 6 with commas, or all", shown(one));
             }
             given.tables.push_back(static_cast<std::size_t>(one.front() - '0'));
             begin = end + 1;
           }
           std::sort(given.tables.begin(), given.tables.end());
           given.tables.erase(std::unique(given.tables.begin(), given.tables.end()), given.tables.end());
         },
         "the paper's tables, by number")
      ->required()
      ->type_name("N,N,...|all");
  add_whole_number(app, "--seeds", given.seeds, any_seeds, "runs of each network, with seeds 1 to N (default: 3)");
  add_whole_number(app, "--epochs", given.epochs, train::epochs_range,
                   "rounds over the training split; may grow when the command is repeated" + as_published);
  add_whole_number(app, "--batch", given.batch, train::batch_range, "videos per step" + as_published);
  add_real_number(app, "--learning-rate", given.learning_rate, train::learning_rate_range, "of Adam" + as_published);
  add_choice(app, "--protocol", given.protocol,
             choices<protocol_name>{{"clean", protocol_name::clean}, {"released", protocol_name::released}},
             "released: the loops of the authors' programs with their slips (default: clean)");
  add_whole_number(app, "--micro-batch", given.micro_batch, train::batch_range,
                   "videos computed at once: fewer take less memory, bits depend on it (default: 32)");
  add_names(app, "--only", given.only, "names of networks",
            "train only these networks; rows of the others show the runs that are there");
  add_path(app, "--out", given.out, "folder of the tables and of all runs (default: tables)")->type_name("DIR");
  add_whole_number(app, "--jobs", given.jobs, any_jobs, "runs at the same time (default: 1)");
  add_whole_number(
      app, "--threads", given.threads, any_threads,
      "threads of each run; results do not depend on it (default: all that it may use, shared by the jobs)");
  add_device(app, given.device);
  add_precision(app, given.precision);
}

}  // namespace programs
