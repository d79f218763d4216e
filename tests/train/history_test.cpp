// SPDX-License-Identifier: MIT
#include <cstddef>
#include <optional>

#include <doctest/doctest.h>

#include <vscg/train/history.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;

namespace {

epoch_record record(std::size_t epoch, std::optional<double> validation, std::optional<double> test) {
  epoch_record r;
  r.epoch = epoch;
  r.learning_rate = 1e-3;
  r.loss = 1.0 / 3.0;
  r.terms = {{"relevance", 0.1}, {"category", 1.0 / 7.0}};
  r.validation_accuracy = validation;
  r.test_accuracy = test;
  r.seconds = 1.5;
  r.training_seconds = 1.25;
  return r;
}

}  // namespace

TEST_CASE("the epoch that is reported is the earliest of the best on validation") {
  const run_history history = {record(1, 0.5, 0.9), record(2, 0.6, 0.4), record(3, 0.6, 0.8)};
  REQUIRE(chosen_epoch(history) != nullptr);
  CHECK(chosen_epoch(history)->epoch == 2);
  CHECK(best_test_accuracy(history) == 0.9);
}

TEST_CASE("only epochs with both accuracies can be reported; the best test one needs no validation") {
  run_history history = {record(1, 0.9, std::nullopt), record(2, std::nullopt, 0.9)};
  CHECK(chosen_epoch(history) == nullptr);
  CHECK(best_test_accuracy(history) == 0.9);
  history.push_back(record(3, 0.1, 0.2));
  CHECK(chosen_epoch(history)->epoch == 3);
  CHECK(chosen_epoch({}) == nullptr);
  CHECK(!best_test_accuracy({}).has_value());
}

TEST_CASE("metrics.jsonl reads back to the same bits") {
  const run_history history = {record(1, 1.0 / 3.0, std::nullopt), record(2, std::nullopt, 0.1)};
  const auto text = history_text(history);
  CHECK(text.substr(0, text.find('\n')) ==
        "{\"epoch\":1,\"learning_rate\":0.001,\"loss\":0.3333333333333333,\"terms\":{\"relevance\":0.1,\"category\":"
        "0.14285714285714285},\"validation_accuracy\":0.3333333333333333,\"test_accuracy\":null,\"seconds\":1.5,"
        "\"training_seconds\":1.25}");
  const auto back = history_from_text(text, "here");
  REQUIRE(back.size() == 2);
  CHECK(back[0].loss == history[0].loss);
  CHECK(back[0].terms == history[0].terms);
  CHECK(back[0].validation_accuracy == history[0].validation_accuracy);
  CHECK(!back[0].test_accuracy.has_value());
  CHECK(history_text(back) == text);
}

TEST_CASE("a step's time is the mean over the epochs, and unknown if one of them was not measured") {
  run_history history = {record(1, 0.5, 0.5), record(2, 0.5, 0.5)};
  CHECK(step_seconds(history, 10) == 0.25);
  CHECK(!step_seconds({}, 0).has_value());
  history[1].training_seconds.reset();
  CHECK(!step_seconds(history, 10).has_value());
  auto older = history_text({record(1, 0.5, 0.5)});
  older.erase(older.find(",\"training_seconds\""), std::string(",\"training_seconds\":1.25").size());
  CHECK(!history_from_text(older, "here").front().training_seconds.has_value());
}

TEST_CASE("lines that are not an epoch's are refused") {
  CHECK(error_of([] { history_from_text("{\"epoch\":1}\n", "here"); }).starts_with("here: expected a line an epoch"));
  CHECK(error_of([] { history_from_text("epoch 1\n", "here"); }).starts_with("here: expected valid JSON"));
}
