// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/json_record.hpp>

namespace vscg::train {

/// The results of one epoch. Accuracies are what the task measures: shares from 0 to 1, the higher the better.
struct epoch_record {
  std::size_t epoch = 0;  ///< from 1
  double learning_rate = 0;
  double loss = 0;                                    ///< mean over the epoch's batches
  std::vector<std::pair<std::string, double>> terms;  ///< the loss's terms, the same mean
  std::optional<double> validation_accuracy;          ///< none if the task did not measure it
  std::optional<double> test_accuracy;
  double seconds = 0;  ///< training and evaluation
  std::optional<double> training_seconds =
      std::nullopt;  ///< of the steps, reading included; version 0.1.0 did not measure it
};

using run_history = std::vector<epoch_record>;

/// The epoch that is reported: of those with both accuracies, the one with the highest validation accuracy, the
/// earliest among equals. Null if there is none.
inline const epoch_record* chosen_epoch(const run_history& history) {
  const epoch_record* best = nullptr;
  for (const auto& record : history) {
    if (!record.validation_accuracy || !record.test_accuracy) continue;
    if (best == nullptr || *record.validation_accuracy > *best->validation_accuracy) best = &record;
  }
  return best;
}

/// The highest test accuracy of all epochs: chosen on the test split itself, as the authors report it.
inline std::optional<double> best_test_accuracy(const run_history& history) {
  std::optional<double> best;
  for (const auto& record : history) {
    if (record.test_accuracy && (!best || *record.test_accuracy > *best)) best = record.test_accuracy;
  }
  return best;
}

/// Seconds that a step took, over the epochs that are done: `steps` of them. None if that was not measured.
inline std::optional<double> step_seconds(const run_history& history, std::size_t steps) {
  double seconds = 0;
  for (const auto& record : history) {
    if (!record.training_seconds) return std::nullopt;
    seconds += *record.training_seconds;
  }
  return steps == 0 ? std::nullopt : std::optional(seconds / static_cast<double>(steps));
}

/// One line of metrics.jsonl, without its newline.
inline std::string record_line(const epoch_record& record) {
  io::json_writer terms;
  for (const auto& [name, value] : record.terms) terms.add(name, value);
  io::json_writer line;
  line.add("epoch", record.epoch).add("learning_rate", record.learning_rate).add("loss", record.loss);
  line.add_json("terms", terms.text());
  line.add("validation_accuracy", record.validation_accuracy).add("test_accuracy", record.test_accuracy);
  line.add("seconds", record.seconds).add("training_seconds", record.training_seconds);
  return line.text();
}

/// metrics.jsonl: one line per epoch.
inline std::string history_text(const run_history& history) {
  std::string text;
  for (const auto& record : history) text += record_line(record) + "\n";
  return text;
}

/// Reads history_text() back, to the same bits. Throws vscg::expectation_error naming `thing`.
inline run_history history_from_text(const std::string& text, const std::string& thing) {
  run_history history;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const io::json_record object(line, thing);
    try {
      epoch_record record;
      record.epoch = object.count("epoch");
      if (record.epoch != history.size() + 1) {
        throw expectation_error("epoch", std::to_string(history.size() + 1), std::to_string(record.epoch));
      }
      record.learning_rate = object.number("learning_rate");
      record.loss = object.number("loss");
      record.terms = object.named_numbers("terms");
      record.validation_accuracy = object.optional_number("validation_accuracy");
      record.test_accuracy = object.optional_number("test_accuracy");
      record.seconds = object.number("seconds");
      if (object.has("training_seconds")) record.training_seconds = object.optional_number("training_seconds");
      history.push_back(std::move(record));
    } catch (const expectation_error& problem) {
      throw expectation_error(thing, "a line an epoch", problem.what());
    }
  }
  return history;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
