// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/files/utf8.hpp>
#include <vscg/io/json_record.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/train/history.hpp>
#include <vscg/train/settings.hpp>

// A run resumes from this one file. Everything else in its folder can be made from it.

namespace vscg::train {

/// How far a run has come.
struct run_position {
  std::size_t batches = 0;                        ///< steps done in the epoch after the last one of `history`
  std::uint64_t steps = 0;                        ///< steps done in all
  std::vector<double> sums;                       ///< sums over those batches: the loss, then its terms
  double seconds_of_epoch = 0;                    ///< seconds spent on those batches
  double peak_memory_mib = 0;                     ///< the most anonymous memory so far
  std::string optimizer = "adam";                 ///< Optimizer::name
  std::vector<double> progress;                   ///< the optimizer's progress
  std::vector<std::uint64_t> progress_of_arrays;  ///< and which part of it each array has; empty: all have the same
  run_history history;                            ///< the epochs that are finished
  std::size_t epochs() const { return history.size(); }
  std::uint64_t steps_of_epochs() const { return steps - batches; }  ///< of those that are finished
};

/// Everything in a checkpoint except its arrays.
template <std::derived_from<run_settings> Settings>
struct run_description {
  Settings settings;
  run_position position;
  std::string build;       ///< build_description() of the program that wrote it
  std::uint64_t data = 0;  ///< the task's identity()
};

template <class Settings>
std::map<std::string, std::string> description_to_map(const run_description<Settings>& d) {
  const run_position& p = d.position;
  io::json_writer position;
  position.add("epochs", p.epochs()).add("batches", p.batches).add("steps", p.steps).add("sums", p.sums);
  position.add("seconds_of_epoch", p.seconds_of_epoch).add("peak_memory_mib", p.peak_memory_mib);
  position.add("optimizer", p.optimizer).add("progress", p.progress);
  if (!p.progress_of_arrays.empty()) position.add("progress_of_arrays", p.progress_of_arrays);
  return {{"vscg.run.settings", settings_text(d.settings)},
          {"vscg.run.position", position.text()},
          {"vscg.run.metrics", history_text(p.history)},
          {"vscg.run.build", d.build},
          {"vscg.run.data", std::to_string(d.data)}};
}

/// Reads description_to_map() back, with doubles to the same bits. Throws vscg::expectation_error naming the file.
template <std::derived_from<run_settings> Settings>
run_description<Settings> description_of(const io::safetensors_file& file) {
  const std::string thing = file.path().string();
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) throw expectation_error(thing, std::string("a checkpoint with ") + key, "none");
    return found->second;
  };
  run_description<Settings> d;
  d.settings = settings_from_text<Settings>(text("vscg.run.settings"), thing);
  d.build = text("vscg.run.build");
  run_position& p = d.position;
  p.history = history_from_text(text("vscg.run.metrics"), thing);
  const std::string& data = text("vscg.run.data");
  std::from_chars(data.data(), data.data() + data.size(), d.data);
  if (std::to_string(d.data) != data) throw expectation_error(thing, "a count", clipped(data));
  const io::json_record position(text("vscg.run.position"), thing);
  p.batches = position.count("batches");
  p.steps = position.count("steps");
  p.sums = position.numbers("sums");
  p.seconds_of_epoch = position.number("seconds_of_epoch");
  p.peak_memory_mib = position.number("peak_memory_mib");
  const bool named = position.has("optimizer");  // version 0.1.0 had only Adam and called the progress "adam"
  if (named) p.optimizer = position.text("optimizer");
  p.progress = position.numbers(named ? "progress" : "adam");
  if (position.has("progress_of_arrays")) p.progress_of_arrays = position.counts("progress_of_arrays");
  if (position.count("epochs") != p.epochs()) throw expectation_error(thing, "a line an epoch", "another number");
  return d;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
