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
#include <vscg/io/json.hpp>
#include <vscg/train/json_count.hpp>

namespace vscg::train {

/// What one epoch gave. Accuracies are shares of segments, 0 … 1.
struct epoch_record {
  std::size_t epoch = 0;  ///< from 1
  double learning_rate = 0;
  double loss = 0;                                    ///< mean over the epoch's batches
  std::vector<std::pair<std::string, double>> terms;  ///< of the loss, the same mean
  std::optional<double> validation_accuracy;          ///< none where the protocol does not look
  std::optional<double> test_accuracy;
  double seconds = 0;  ///< training and evaluation
};

using run_history = std::vector<epoch_record>;

/// The epoch that is reported: of those with both accuracies, the one with the highest validation accuracy, the
/// earliest among equals. Null where there is none.
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

namespace history_detail {
inline io::json number_or_null(const std::optional<double>& value) { return value ? io::json(*value) : io::json(); }
inline std::optional<double> optional_number(const io::json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}
}  // namespace history_detail

/// One line of metrics.jsonl, without its end.
inline std::string record_line(const epoch_record& record) {
  using history_detail::number_or_null;
  io::json terms = io::json::object();
  for (const auto& [name, value] : record.terms) terms[name] = value;
  return io::json{{"epoch", record.epoch},
                  {"learning_rate", record.learning_rate},
                  {"loss", record.loss},
                  {"terms", terms},
                  {"validation_accuracy", number_or_null(record.validation_accuracy)},
                  {"test_accuracy", number_or_null(record.test_accuracy)},
                  {"seconds", record.seconds}}
      .dump();
}

/// metrics.jsonl: a line an epoch.
inline std::string history_text(const run_history& history) {
  std::string text;
  for (const auto& record : history) text += record_line(record) + "\n";
  return text;
}

/// Reads history_text() back, to the same bits. Throws vscg::expectation_error naming `thing`.
inline run_history history_from_text(const std::string& text, const std::string& thing) {
  using history_detail::optional_number;
  run_history history;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const io::json object = io::parse_json(line, thing);
    try {
      epoch_record record;
      record.epoch = count_of(object.at("epoch"), thing);
      if (record.epoch != history.size() + 1) {
        throw expectation_error(
            thing, "a line an epoch",
            "epoch " + std::to_string(record.epoch) + " in line " + std::to_string(history.size() + 1));
      }
      record.learning_rate = object.at("learning_rate").get<double>();
      record.loss = object.at("loss").get<double>();
      for (const auto& [name, value] : object.at("terms").items()) record.terms.emplace_back(name, value.get<double>());
      record.validation_accuracy = optional_number(object.at("validation_accuracy"));
      record.test_accuracy = optional_number(object.at("test_accuracy"));
      record.seconds = object.at("seconds").get<double>();
      history.push_back(std::move(record));
    } catch (const io::json::exception& problem) {
      throw expectation_error(thing, "a line an epoch", problem.what());
    }
  }
  return history;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
