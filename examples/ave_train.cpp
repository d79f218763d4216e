// SPDX-License-Identifier: MIT
// Trains a network on the AVE data set, or on a synthesised one, into a folder of its own.
//
//   ave_train --data AVE --setting fully --out run             the paper's run: 300 epochs of batches of 128
//   ave_train --data AVE --setting fully --out run --resume    goes on where Ctrl-C, a crash or a reboot ended it
//
// The folder holds best.safetensors (weights of the epoch that was best on validation), metrics.jsonl (a line an
// epoch), summary.json, and last.checkpoint, from which all of them can be made again.
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/data/ave.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/progress.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/train/settings.hpp>

#include "networks/train.hpp"

namespace {

namespace train = vscg::train;

volatile std::sig_atomic_t interrupted = 0;

/// The options as they were given; what was not given is the default or, on resume, as the run began.
struct command_line {
  std::string data, out = "run", setting;
  std::optional<std::string> network, precision, protocol;
  std::optional<std::size_t> epochs, batch, micro_batch;
  std::optional<double> learning_rate;
  std::vector<std::size_t> decay_after;
  std::optional<std::uint64_t> seed;
  std::size_t threads = vscg::threads::all().count;
  bool resume = false, cache = false;
};

void add_options(CLI::App& app, command_line& given) {
  app.add_option("--data", given.data, "folder of the AVE data set's files")->required();
  app.add_option("--setting", given.setting, "fully (a label a second) or weakly (a tag a video)")
      ->required()
      ->check(CLI::IsMember({"fully", "weakly"}));
  std::string names;
  for (const auto& network : networks::trainables) names += (names.empty() ? "" : ", ") + std::string(network.name);
  app.add_option("--network", given.network, names + " (default: the released one of the setting)");
  app.add_option("--epochs", given.epochs, "default 300");
  app.add_option("--batch", given.batch, "videos a step, default 128");
  app.add_option("--learning-rate", given.learning_rate, "of Adam, default 0.001");
  app.add_option("--decay-after", given.decay_after,
                 "epochs after which the rate is multiplied by 0.8; default 60,120,240, weakly 80,180,240")
      ->delimiter(',');
  app.add_option("--seed", given.seed, "of weights, order and dropout, default 1");
  app.add_option("--threads", given.threads, "results do not depend on it; default: all cores")
      ->check(CLI::Range(1, 1024));
  app.add_option("--precision", given.precision, "float (default) or double")
      ->check(CLI::IsMember({"float", "double"}));
  app.add_option("--protocol", given.protocol,
                 "clean (default), or released: the loops of the authors' program with their slips")
      ->check(CLI::IsMember({"clean", "released"}));
  app.add_option("--micro-batch", given.micro_batch,
                 "videos computed at once, default 16: less takes less memory; bits depend on it");
  app.add_option("--out", given.out, "folder of the run, default run; must be new unless --resume is given");
  app.add_flag("--resume", given.resume, "go on with the run in --out, with the same bits as if it had not stopped");
  app.add_flag("--cache", given.cache, "keep a float32 copy of the features beside the data, for compressed files");
}

/// What was given, over `settings`.
train::run_settings apply(const command_line& given, train::run_settings settings) {
  const auto put = [](const auto& option, auto& value) {
    if (option) value = *option;
  };
  settings.supervision = given.setting == "fully" ? vscg::setting::fully : vscg::setting::weakly;
  put(given.network, settings.network);
  put(given.epochs, settings.epochs);
  put(given.batch, settings.batch);
  put(given.learning_rate, settings.learning_rate);
  if (!given.decay_after.empty()) settings.decay_after = given.decay_after;
  put(given.seed, settings.seed);
  put(given.precision, settings.precision);
  if (given.protocol) {
    settings.protocol = *given.protocol == "clean" ? train::protocol_name::clean : train::protocol_name::released;
  }
  put(given.micro_batch, settings.micro_batch);
  settings.cache = settings.cache || given.cache;
  return settings;
}

/// The network of the settings. Throws vscg::error when it is unknown or made for the other setting.
const networks::trainable& network_of(const train::run_settings& settings) {
  std::string fitting;
  for (const auto& network : networks::trainables) {
    const bool fits = network.supervision == settings.supervision;
    if (network.name == settings.network && fits) return network;
    if (fits) fitting += (fitting.empty() ? "" : ", ") + std::string(network.name);
  }
  throw vscg::error("--network with --setting " + std::string(train::text_of(settings.supervision)),
                    "one of " + fitting, settings.network);
}

/// The settings of the run: those it began with where there is something to resume, else the defaults; then the command
/// line's. Throws vscg::error when the two contradict each other.
train::run_settings settings_of(const command_line& given) {
  const std::filesystem::path checkpoint = std::filesystem::path(given.out) / train::run_folder::checkpoint_name;
  train::run_folder::check(given.out, given.resume);
  if (given.resume && std::filesystem::exists(checkpoint)) {
    const auto began = train::description_of(vscg::io::safetensors_file::open(checkpoint)).settings;
    const auto now = apply(given, began);
    train::expect_same_settings(began, now, checkpoint.string());
    return now;
  }
  auto settings = train::default_settings(given.setting == "fully" ? vscg::setting::fully : vscg::setting::weakly);
  for (const auto& network : networks::trainables) {
    if (settings.network.empty() && network.supervision == settings.supervision) settings.network = network.name;
  }
  return apply(given, settings);
}

void print_result(const train::run_history& history, const std::string& out) {
  const auto* const chosen = train::chosen_epoch(history);
  if (chosen == nullptr) {
    std::printf("%s: no epoch has both a validation and a test accuracy yet\n", out.c_str());
    return;
  }
  std::printf("%s: test accuracy %.2f %% after epoch %zu, chosen on validation (%.2f %%); best-test %.2f %%\n",
              out.c_str(), 100 * *chosen->test_accuracy, chosen->epoch, 100 * *chosen->validation_accuracy,
              100 * *train::best_test_accuracy(history));
}

int run(const command_line& given, bool terminal) {
  train::progress_display display(stdout, terminal);
  const auto warn = [&](const std::string& text) {
    display.clear();
    std::fprintf(stderr, "ave_train: warning: %s\n", text.c_str());
  };
  const train::run_settings settings = settings_of(given);
  train::check_settings(settings);
  const auto& network = network_of(settings);
  if (given.resume && !std::filesystem::exists(std::filesystem::path(given.out) / train::run_folder::checkpoint_name)) {
    warn("there is no " + given.out + "/" + train::run_folder::checkpoint_name + " to resume from: a new run begins");
  }

  bool measured = false;
  for (std::size_t epoch = 1; epoch <= settings.epochs; ++epoch) {
    const auto wanted = train::evaluations_after(settings.protocol, settings.supervision, epoch);
    measured = measured || (wanted.validation && wanted.test);
  }
  if (!measured) {
    warn("--protocol released looks at both validation and test only later than --epochs " +
         std::to_string(settings.epochs) + ": no best weights will be kept");
  }

  vscg::data::ave_options options;
  options.setting =
      settings.supervision == vscg::setting::fully ? vscg::data::supervision::fully : vscg::data::supervision::weakly;
  options.cache = settings.cache;
  options.warn = warn;
  options.cache_progress = [&](std::size_t done, std::size_t all) {
    if (interrupted != 0) throw vscg::error("interrupted");
    if (terminal && (done % 32 == 0 || done == all)) {
      std::fprintf(stderr, "\rcache: %zu of %zu videos%s", done, all, done == all ? "\n" : "");
    }
  };
  const auto ave = vscg::data::ave_dataset::open(given.data, options);

  train::run_callbacks callbacks;
  callbacks.step = [&](const train::step_report& report) { display.step(report); };
  callbacks.epoch = [&](const train::epoch_record& record) { display.epoch(record, settings.epochs); };
  callbacks.warn = warn;
  callbacks.stop = [] { return interrupted != 0; };
  const auto function = settings.precision == "float" ? network.in_float : network.in_double;
  try {
    const auto outcome = function({ave, settings, vscg::threads(given.threads), given.out, given.resume, callbacks});
    display.clear();
    if (outcome.end == train::run_end::interrupted) {
      std::fprintf(stderr, "ave_train: interrupted; go on with --resume --out %s\n", given.out.c_str());
      return 130;
    }
    print_result(outcome.history, given.out);
    return 0;
  } catch (...) {
    display.clear();
    throw;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains an audio-visual event localizer on the AVE data set.", "ave_train");
  command_line given;
  add_options(app, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);
    std::fprintf(stderr, "ave_train: error: %s\n", problem.what());
    return 1;
  }

  // The first Ctrl-C ends the run after the step, the second one at once; the checkpoint survives both.
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  try {
    return run(given, isatty(STDOUT_FILENO) == 1);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "ave_train: error: %s\n", problem.what());
    return interrupted != 0 ? 130 : 1;
  }
}
