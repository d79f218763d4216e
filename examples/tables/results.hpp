// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/file_presence.hpp>
#include <vscg/io/json.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/checkpoint.hpp>
#include <vscg/train/computed_on.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/run_folder.hpp>

#include "networks/train.hpp"
#include "tables/statistics.hpp"

// What the runs of a network have measured.

namespace tables {

/// A run: its folder is <out>/runs/<network>-seed<seed>.
inline std::filesystem::path run_path(const std::filesystem::path& out, const vscg::train::ave_settings& s) {
  return out / "runs" / (s.network + "-seed" + std::to_string(s.seed));
}

using run_state = vscg::train::run_description<vscg::train::ave_settings>;

inline std::filesystem::path checkpoint_path(const std::filesystem::path& out, const vscg::train::ave_settings& s) {
  return run_path(out, s) / vscg::train::run_folder::checkpoint_name;
}

/// How far the run with these settings has come; none if it has not begun. Throws vscg::expectation_error if it began
/// with other settings; it may have fewer epochs than it is to have.
inline std::optional<run_state> run_in(const std::filesystem::path& out, const vscg::train::ave_settings& s) {
  const auto checkpoint = checkpoint_path(out, s);
  if (!vscg::file_is_there(checkpoint)) return std::nullopt;
  const auto found =
      vscg::train::description_of<vscg::train::ave_settings>(vscg::io::safetensors_file::open(checkpoint));
  vscg::train::expect_same_settings(found.settings, s, checkpoint.string());
  return found;
}

/// The same on this data set. Throws vscg::expectation_error too if it began on other data.
inline std::optional<run_state> run_in(const std::filesystem::path& out, const vscg::train::ave_settings& s,
                                       std::uint64_t data) {
  const auto found = run_in(out, s);
  if (found && found->data != data) {
    throw vscg::expectation_error("--data", "the data set that " + checkpoint_path(out, s).string() + " began with",
                                  "one with other splits, labels or features");
  }
  return found;
}

/// "cpu, float" or "cuda:0, NVIDIA H100 80GB HBM3, tf32": what the last session of a run computed on, as its summary
/// says; only the precision if there is none.
inline std::string computed_on_in(const std::filesystem::path& out, const vscg::train::ave_settings& s) {
  const auto summary = run_path(out, s) / vscg::train::run_folder::summary_name;
  if (!vscg::file_is_there(summary)) return s.precision;
  const auto fields = vscg::io::read_json(summary);
  std::string text;
  vscg::train::computed_on{}.for_each_field([&](const char* name, const std::string&) {
    const auto found = fields.find(name);
    if (found != fields.end() && found->is_string())
      text += (text.empty() ? "" : ", ") + found->template get<std::string>();
  });
  return text.empty() ? s.precision : text;
}

inline bool finished(const std::optional<run_state>& run, const vscg::train::ave_settings& s) {
  return run && run->position.epochs() >= s.epochs;
}

/// The finished runs of a network, by seed; accuracies in percent.
struct measurements {
  const networks::trainable* network = nullptr;
  by_seed test;          ///< at the epoch that was best on validation
  by_seed best_test;     ///< the best of all epochs
  by_seed step_seconds;  ///< of a step
  by_seed memory_mib;
  by_seed seconds;  ///< of the whole run
  std::vector<vscg::train::run_history> histories;
  std::vector<std::string> computed_on;  ///< what computed them, each once

  std::size_t runs() const { return histories.size(); }

  /// Adds what the run of the next seed has measured and what computed it, or that it is not finished.
  void add(const std::optional<run_state>& run, bool is_finished, const std::string& on) {
    const auto percent = [](std::optional<double> share) { return share ? std::optional(100 * *share) : std::nullopt; };
    const bool there = run && is_finished;
    const auto* const chosen = there ? vscg::train::chosen_epoch(run->position.history) : nullptr;
    test.push_back(chosen != nullptr ? percent(chosen->test_accuracy) : std::nullopt);
    best_test.push_back(there ? percent(vscg::train::best_test_accuracy(run->position.history)) : std::nullopt);
    step_seconds.push_back(there ? vscg::train::step_seconds(run->position.history, run->position.steps_of_epochs())
                                 : std::nullopt);
    memory_mib.push_back(there ? std::optional(run->position.peak_memory_mib) : std::nullopt);
    seconds.push_back(std::nullopt);
    if (!there) return;
    double all = 0;
    for (const auto& record : run->position.history) all += record.seconds;
    seconds.back() = all;
    histories.push_back(run->position.history);
    if (std::find(computed_on.begin(), computed_on.end(), on) == computed_on.end()) computed_on.push_back(on);
  }
};

/// The measurements of each network by name. One that these programs have not built is not here.
using all_measurements = std::map<std::string_view, measurements>;

}  // namespace tables
