// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/team.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/train/ave/protocol.hpp>
#include <vscg/train/ave/settings.hpp>

#include "programs/device_options.hpp"
#include "programs/options.hpp"

namespace programs {

/// The options as they were given; an option that was not given has its default or, on resume, what the run began with.
struct train_options {
  std::string data, out = "run";
  vscg::setting setting = vscg::setting::fully;
  std::optional<std::string> network, precision;
  std::optional<vscg::train::protocol_name> protocol;
  std::optional<std::size_t> epochs, batch, micro_batch;
  std::optional<double> learning_rate;
  std::vector<std::size_t> decay_after;
  std::optional<std::uint64_t> seed;
  std::size_t threads = vscg::threads::all().count;
  programs::device device;
  bool resume = false, cache = false;
};

/// `print_networks` prints what --network takes.
inline void add_options(CLI::App& app, train_options& given, const std::function<void()>& print_networks) {
  namespace train = vscg::train;
  using train::protocol_name;
  const train::ave_settings usual;
  const auto defaults_to = [](const std::string& what, const auto& value) {
    return what + " (default: " + value + ")";
  };
  const std::string as_published = " for VSCG, else as its authors did";
  const auto number = [](auto value) { return std::to_string(value); };
  add_path(app, "--data", given.data, "folder of the AVE data set's files")->required()->type_name("DIR");
  add_choice(app, "--setting", given.setting,
             choices<vscg::setting>{{"fully", vscg::setting::fully}, {"weakly", vscg::setting::weakly}},
             "one label per second, or one tag per video")
      ->required();
  app.add_option("--network", given.network, "one of --networks (default: the released VSCG of the setting)")
      ->type_name("NAME");
  app.add_flag_callback(
         "--networks",
         [print_networks] {
           print_networks();
           throw CLI::Success();
         },
         "print all networks, and end")
      ->trigger_on_parse();
  add_whole_number(app, "--epochs", given.epochs, train::epochs_range,
                   defaults_to("rounds over the training split", number(usual.epochs) + as_published));
  add_whole_number(app, "--batch", given.batch, train::batch_range,
                   defaults_to("videos per step", number(usual.batch) + as_published));
  add_real_number(app, "--learning-rate", given.learning_rate, train::learning_rate_range,
                  defaults_to("of Adam", "0.001" + as_published));
  add_whole_numbers(
      app, "--decay-after", given.decay_after, train::epochs_range,
      defaults_to("epochs after which the rate is multiplied by 0.8", "60,120,240, weakly 80,180,240" + as_published));
  add_whole_number(app, "--seed", given.seed, any_seed,
                   defaults_to("of weights, order and dropout", number(usual.seed)));
  add_threads(app, given.threads);
  add_device(app, given.device);
  add_precision(app, given.precision);
  add_choice(
      app, "--protocol", given.protocol,
      choices<protocol_name>{{"clean", protocol_name::clean}, {"released", protocol_name::released}},
      defaults_to("released: the loops of the authors' program with their slips", train::text_of(usual.protocol)));
  add_whole_number(
      app, "--micro-batch", given.micro_batch, train::batch_range,
      defaults_to("videos computed at once: fewer take less memory, bits depend on it", number(usual.micro_batch)));
  add_path(app, "--out", given.out, "folder of the run, default run; must be new unless --resume is given")
      ->type_name("RUN");
  app.add_flag("--resume", given.resume, "continue the run in --out, with the same bits as if it had not stopped");
  app.add_flag("--cache", given.cache, "keep a float32 copy of the features next to the data, for compressed files");
}

}  // namespace programs
