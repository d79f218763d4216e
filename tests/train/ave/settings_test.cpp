// SPDX-License-Identifier: MIT
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <vscg/io/json.hpp>
#include <vscg/train/ave/settings.hpp>

#include "support/error_of.hpp"

using namespace vscg::train;

namespace {

ave_settings some() {
  ave_settings s = default_settings(vscg::setting::weakly);
  s.network = "net";
  s.learning_rate = 1.0 / 3.0;
  s.seed = 0xffffffffffffffffULL;
  s.clip_grad_norm = 0.1;
  s.keeps_last_batch = true;
  return s;
}

}  // namespace

TEST_CASE("settings survive the way through JSON") {
  const auto s = some();
  const auto back = settings_from_text<ave_settings>(settings_text(s), "here");
  CHECK(settings_text(back) == settings_text(s));
  CHECK(back.learning_rate == s.learning_rate);
  CHECK(back.seed == s.seed);
  CHECK(back.supervision == vscg::setting::weakly);
  CHECK(back.clip_grad_norm == 0.1);
  CHECK(back.keeps_last_batch);
  auto older = vscg::io::parse_json(settings_text(s), "here");  // version 0.1.0 did as these defaults say
  for (const char* added : {"clip_grad_norm", "keeps_last_batch", "noisy_videos", "relevance_threshold"})
    older.erase(added);
  const auto early = settings_from_text<ave_settings>(older.dump(), "here");
  CHECK(early.clip_grad_norm == 0);
  CHECK_FALSE(early.keeps_last_batch);
  CHECK(early.noisy_videos);
  CHECK(early.relevance_threshold == 0.7);
  auto broken = vscg::io::parse_json(settings_text(s), "here");
  broken.erase("batch");
  CHECK(error_of([&] { settings_from_text<ave_settings>(broken.dump(), "here"); }) ==
        "here: expected the settings of a run, found here: expected a value \"batch\", found none");
}

TEST_CASE("settings of a file are refused if the command line's would be") {
  const auto refused = [](const char* key, const vscg::io::json& value) {
    auto object = vscg::io::parse_json(settings_text(some()), "here");
    object[key] = value;
    return error_of([&] { settings_from_text<ave_settings>(object.dump(), "here"); });
  };
  for (const char* key : {"epochs", "batch", "micro_batch", "seed"}) {
    CAPTURE(key);
    CHECK(refused(key, -1) == "here: expected the settings of a run, found here: expected a count, found -1");
    CHECK(!refused(key, 1.5).empty());
    CHECK(!refused(key, 1e300).empty());
    CHECK(!refused(key, "1").empty());
  }
  CHECK(
      refused("epochs", 1000001) ==
      "here: expected the settings of a run, found --epochs: expected a whole number from 1 to 1000000, found 1000001");
  CHECK(!refused("batch", 0).empty());
  CHECK(!refused("decay_after", vscg::io::json{60, -1}).empty());
  CHECK(!refused("decay", 0.0).empty());
  CHECK(!refused("clip_grad_norm", -1).empty());
  CHECK(!refused("decay", 1.1).empty());
  CHECK(!refused("learning_rate", 1e31).empty());
  CHECK(!refused("setting", "sometimes").empty());
  CHECK(!refused("protocol", "other").empty());
}

TEST_CASE("a changed setting is named with both values") {
  const auto began = some();
  CHECK(error_of([&] { expect_same_settings(began, some(), "RUN"); }).empty());
  const auto refused = [&](auto change) {
    auto now = some();
    change(now);
    return error_of([&] { expect_same_settings(began, now, "RUN"); });
  };
  CHECK(refused([](auto& s) { s.batch = 64; }) == "--batch: expected 128, as RUN began with, found 64");
  CHECK(refused([](auto& s) { s.micro_batch = 8; }) == "--micro-batch: expected 32, as RUN began with, found 8");
  CHECK(refused([](auto& s) { s.decay_after = {80}; }) ==
        "--decay-after: expected [80,180,240], as RUN began with, found [80]");
  CHECK(refused([](auto& s) { s.precision = "double"; }) ==
        "--precision: expected float, as RUN began with, found double");
  CHECK(refused([](auto& s) { s.network = "other"; }) == "--network: expected net, as RUN began with, found other");
  CHECK(refused([](auto& s) { s.protocol = protocol_name::released; }) ==
        "--protocol: expected clean, as RUN began with, found released");
  CHECK(refused([](auto& s) { s.learning_rate *= 1.0000001; }).starts_with("--learning-rate: expected 0.333"));
  CHECK(refused([](auto& s) { s.cache = true; }) == "--cache: expected false, as RUN began with, found true");
  CHECK(refused([](auto& s) { s.supervision = vscg::setting::fully; }) ==
        "--setting: expected weakly, as RUN began with, found fully");
  CHECK(refused([](auto& s) { s.seed = 1; }) == "--seed: expected 18446744073709551615, as RUN began with, found 1");
}

TEST_CASE("epochs may grow, not shrink") {
  const auto began = some();
  auto now = some();
  now.epochs = 301;
  CHECK(error_of([&] { expect_same_settings(began, now, "RUN"); }).empty());
  now.epochs = 299;
  CHECK(error_of([&] { expect_same_settings(began, now, "RUN"); }) ==
        "--epochs: expected 300 or more, as RUN began with, found 299");
}

TEST_CASE("values that no run could use are refused") {
  const auto refused = [](auto change) {
    auto s = some();
    change(s);
    return error_of([&] { check_settings(s); });
  };
  CHECK(refused([](auto&) {}).empty());
  CHECK(refused([](auto& s) { s.epochs = 0; }) == "--epochs: expected a whole number from 1 to 1000000, found 0");
  CHECK(refused([](auto& s) { s.batch = 0; }) == "--batch: expected a whole number from 1 to 1000000, found 0");
  CHECK(refused([](auto& s) { s.micro_batch = 0; }) ==
        "--micro-batch: expected a whole number from 1 to 1000000, found 0");
  CHECK(refused([](auto& s) {
          s.learning_rate = 0;
        }).starts_with("--learning-rate: expected a number from 1e-30 to 1e+30"));
  CHECK(!refused([](auto& s) { s.learning_rate = std::numeric_limits<double>::quiet_NaN(); }).empty());
  CHECK(!refused([](auto& s) { s.learning_rate = std::numeric_limits<double>::infinity(); }).empty());
  CHECK(refused([](auto& s) {
          s.decay_after = {60, 60};
        }) == "--decay-after: expected epochs from 1 that increase, found [60,60]");
  CHECK(!refused([](auto& s) { s.decay_after = {0}; }).empty());
  CHECK(!refused([](auto& s) { s.decay_after = {60, 1'000'001}; }).empty());
  CHECK(!refused([](auto& s) { s.epochs = 1'000'000'000'000; }).empty());
  CHECK(!refused([](auto& s) { s.batch = std::numeric_limits<std::size_t>::max(); }).empty());
  CHECK(!refused([](auto& s) { s.learning_rate = 1e38; }).empty());
  CHECK(!refused([](auto& s) { s.decay = std::numeric_limits<double>::quiet_NaN(); }).empty());
  CHECK(refused([](auto& s) { s.precision = "half"; }) == "--precision: expected float or double, found half");
}
