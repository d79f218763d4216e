// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

#include <doctest/doctest.h>

#include <vscg/train/progress.hpp>

using namespace vscg::train;

namespace {

constexpr std::array<const char*, 2> names{"relevance", "category"};
constexpr std::array<double, 2> means{0.25, 0.5};

step_report report(std::size_t epoch, std::size_t batch) { return {epoch, 2, batch, 4, 0.75, names, means}; }

epoch_record record() {
  epoch_record r;
  r.epoch = 1;
  r.loss = 0.75;
  r.terms = {{"relevance", 0.25}, {"category", 0.5}};
  r.validation_accuracy = 0.5;
  r.seconds = 3;
  return r;
}

/// What a run of one epoch prints.
std::string shown(bool terminal) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    progress_display display(file, terminal);
    for (std::size_t batch = 1; batch <= 4; ++batch) display.step(report(1, batch));
    display.epoch(record(), 2);
  }
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("durations are easy to read") {
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(60) == "1:00");
  CHECK(duration_text(3599) == "59:59");
  CHECK(duration_text(3723) == "1:02:03");
  CHECK(duration_text(-5) == "0 s");
}

TEST_CASE("a bar is as full as the work") {
  CHECK(bar_text(0, 4) == "[----]");
  CHECK(bar_text(0.5, 4) == "[##--]");
  CHECK(bar_text(1, 4) == "[####]");
  CHECK(bar_text(2, 4) == "[####]");
}

TEST_CASE("plain lines if nobody watches: one per epoch, without control characters") {
  const auto text = shown(false);
  CHECK(text.starts_with("epoch 1/2  loss 0.7500 (relevance 0.2500, category 0.5000)  validation 50.00 %  3.0 s  "));
  CHECK(text.ends_with(" left\n"));
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find('\r') == std::string::npos);
}

TEST_CASE("a bar with losses and time left on a terminal, gone when the epoch's line comes") {
  const auto text = shown(true);
  CHECK(text.starts_with("\r\033[K1/2 [##------] 0 s left  loss 0.75 (rel 0.25, cat 0.50)\r\033[K1/2 [####----] "));
  CHECK(text.find("[########]") < text.find("validation 50.00 %"));
  CHECK(text.find("\r\033[Kepoch 1/2  loss") != std::string::npos);
  CHECK(text.back() == '\n');
}

TEST_CASE("a step's line has everything, wide or narrow") {
  CHECK(
      step_text(report(1, 2), 0.5, 3700, false) ==
      "epoch 1/2 [########--------] 1:01:40 left  validation 50.0 %  loss 0.7500 (relevance 0.2500, category 0.5000)");
  const auto narrow = step_text(report(1, 2), 0.5, 3700, true);
  CHECK(narrow == "1/2 [####----] 1:01:40 left  val 50.0 %  loss 0.75 (rel 0.25, cat 0.50)");
}
