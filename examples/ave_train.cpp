// SPDX-License-Identifier: MIT
// Trains a network on the AVE data set, or on a synthesized one, into a folder of its own.
//
//   ave_train --data AVE --setting fully --out run             the paper's run: 300 epochs of batches of 128
//   ave_train --data AVE --setting fully --out run --resume    continues where Ctrl-C, a crash or a reboot ended it
//
// The folder holds best.safetensors (weights of the epoch that was best on validation), metrics.jsonl (one line per
// epoch), summary.json, and last.checkpoint, from which all of them can be made again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

#include <vscg/core/error.hpp>
#include <vscg/data/ave.hpp>
#include <vscg/io/checkpoint.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/progress.hpp>
#include <vscg/train/run_folder.hpp>

#include "networks/train.hpp"
#include "programs/card.hpp"
#include "programs/files.hpp"
#include "programs/memory.hpp"
#include "programs/program.hpp"
#include "programs/stop.hpp"
#include "programs/train_options.hpp"
#include "programs/trainable_there.hpp"

namespace {

namespace train = vscg::train;

/// What --networks prints; "reached" by the loss, that is, trained.
void print_networks() {
  std::printf("%-42s %-7s %11s %11s %14s  %s\n", "network", "setting", "parameters", "trained", "GFLOP a video",
              "published accuracy, %");
  for (const auto& network : networks::trainables()) {
    const networks::network_size size = network.size();
    std::printf("%-42s %-7s %11zu %11zu %14.2f  ", std::string(network.name).c_str(),
                train::text_of(network.supervision), size.parameters, size.reached, 1e-9 * size.flops);
    if (network.published == networks::unpublished)
      std::puts("-");
    else
      std::printf("%.1f\n", network.published);
  }
}

/// `settings`, overridden by the given options.
train::ave_settings apply(const programs::train_options& given, train::ave_settings settings) {
  const auto put = [](const auto& option, auto& value) {
    if (option) value = *option;
  };
  settings.supervision = given.setting;
  put(given.network, settings.network);
  put(given.epochs, settings.epochs);
  put(given.batch, settings.batch);
  put(given.learning_rate, settings.learning_rate);
  if (!given.decay_after.empty()) settings.decay_after = given.decay_after;
  put(given.seed, settings.seed);
  if (given.precision) settings.precision = programs::scalar_of(*given.precision);
  put(given.protocol, settings.protocol);
  put(given.micro_batch, settings.micro_batch);
  settings.cache = settings.cache || given.cache;
  return settings;
}

/// The network that the settings name. Throws vscg::expectation_error if it is unknown or made for the other setting.
networks::trainable network_of(const train::ave_settings& settings) {
  std::string fitting;
  for (const auto& network : networks::trainables()) {
    const bool fits = network.supervision == settings.supervision;
    if (network.name == settings.network && fits) return network;
    if (fits) fitting += (fitting.empty() ? "" : ", ") + std::string(network.name);
  }
  throw vscg::expectation_error("--network with --setting " + std::string(train::text_of(settings.supervision)),
                                "one of " + fitting, settings.network);
}

/// The settings of the run: those it began with if there is something to resume, else the defaults; the command line's
/// come on top. Throws vscg::expectation_error when the two contradict each other.
train::ave_settings settings_of(const programs::train_options& given) {
  const std::filesystem::path checkpoint = std::filesystem::path(given.out) / train::run_folder::checkpoint_name;
  train::run_folder::check(given.out, given.resume);
  if (given.resume && std::filesystem::exists(checkpoint)) {
    const auto began =
        train::description_of<train::ave_settings>(vscg::io::safetensors_file::open(checkpoint)).settings;
    const auto now = apply(given, began);
    train::expect_same_settings(began, now, checkpoint.string());
    return now;
  }
  std::string network = given.network.value_or("");
  for (const auto& known : networks::trainables()) {
    if (network.empty() && known.supervision == given.setting) network = known.name;
  }
  return apply(given, train::default_settings(given.setting, network));
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

/// The run must not write over a file of the data, nor over another one of its own.
void expect_apart(const programs::train_options& given) {
  std::error_code ignored;
  if (std::filesystem::equivalent(given.out, given.data, ignored)) {
    throw vscg::expectation_error("--out", "another folder than --data", given.out);
  }
  const std::filesystem::path out = given.out;
  const std::vector<programs::named_file> outputs{{"--out", out / train::run_folder::checkpoint_name},
                                                  {"--out", out / train::run_folder::metrics_name},
                                                  {"--out", out / train::run_folder::best_name},
                                                  {"--out", out / train::run_folder::summary_name}};
  programs::expect_apart(programs::data_files("--data", given.data), outputs);
}

/// Opens the data set. Its cache is written last, when everything else is known to be right, and under a stop_hold.
vscg::data::ave_dataset open_data(const programs::train_options& given, const train::ave_settings& settings,
                                  bool terminal, const std::function<void(const std::string&)>& warn) {
  vscg::data::ave_options options;
  options.setting =
      settings.supervision == vscg::setting::fully ? vscg::data::supervision::fully : vscg::data::supervision::weakly;
  if (!settings.cache) options.warn = warn;
  auto ave = vscg::data::ave_dataset::open(given.data, options);
  if (!settings.cache) return ave;

  options.cache = true;
  options.warn = warn;
  options.stop = programs::stop::heard;
  options.cache_progress = [&](std::size_t done, std::size_t all) {
    if (terminal && (done % 32 == 0 || done == all)) {
      std::fprintf(stderr, "\rcache: %zu of %zu videos%s", done, all, done == all ? "\n" : "");
    }
  };
  const programs::stop_hold hold;
  return vscg::data::ave_dataset::open(given.data, options);
}

void run(const programs::train_options& given, bool terminal) {
  train::progress_display display(stdout, terminal);
  const auto warn = [&](const std::string& text) {
    display.clear();
    programs::tell("ave_train", "warning: " + text);
  };
  expect_apart(given);
  const train::ave_settings settings = settings_of(given);
  train::check_settings(settings);
  const auto network = network_of(settings);
  const std::string precision = given.precision.value_or(settings.precision);
  programs::expect_trainable(network, given.device, precision);
  const auto card = programs::use_card(given.device, precision);
  if (given.resume && !std::filesystem::exists(std::filesystem::path(given.out) / train::run_folder::checkpoint_name)) {
    warn("there is no " + given.out + "/" + train::run_folder::checkpoint_name + " to resume from: a new run begins");
  }
  const std::size_t both = train::first_epoch_with_both(train::measuring_of(settings));
  if (both == 0) {
    warn("--protocol released never measures validation with " + settings.network + ": no best weights will be kept");
  } else if (settings.epochs < both) {
    warn("--protocol released measures both validation and test only later than --epochs " +
         std::to_string(settings.epochs) + ": no best weights will be kept");
  }
  const auto ave =
      programs::with_room_for("the labels of the data set", [&] { return open_data(given, settings, terminal, warn); });

  train::run_callbacks callbacks;
  callbacks.step = [&](const train::step_report& report) { display.step(report); };
  callbacks.epoch = [&](const train::epoch_record& record) { display.epoch(record, settings.epochs); };
  callbacks.warn = warn;
  callbacks.stop = programs::stop::heard;
  const auto writing = [&] {
    return std::make_shared<programs::stop_hold>([&] {
      display.clear();
      programs::tell("ave_train", "interrupted; go on with --resume --out " + given.out);
    });
  };
  const auto function = card ? network.on_cuda : settings.precision == "float" ? network.in_float : network.in_double;
  try {
    const auto outcome =
        function({ave, settings, vscg::threads(given.threads), given.out, given.resume, callbacks, writing});
    display.clear();
    print_result(outcome.history, given.out);
  } catch (...) {
    display.clear();
    throw;
  }
}

}  // namespace

int main(int argc, char** argv) {
  programs::run("ave_train", [&] {
    CLI::App app("Trains an audio-visual event localizer on the AVE data set.", "ave_train");
    programs::train_options given;
    programs::add_options(app, given, print_networks);
    if (programs::parse(app, argc, argv)) run(given, isatty(STDOUT_FILENO) == 1);
  });
}
