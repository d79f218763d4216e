// SPDX-License-Identifier: MIT
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/config.hpp>
#include <vscg/io/network_metadata.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"

using namespace vscg::io;

namespace {

network_metadata sample() {
  network_metadata metadata;
  metadata.network = "vscg_net";
  metadata.categories = {"Church bell", "Male speech, man speaking"};
  metadata.relevance_threshold = 0.7;
  return metadata;
}

/// The error when one key is changed; an empty value takes it away.
std::string with(const std::string& key, const std::string& value) {
  auto map = metadata_to_map(sample());
  value.empty() ? void(map.erase(key)) : void(map[key] = value);
  return error_of([&] { metadata_from_map(map, "w.safetensors"); });
}

}  // namespace

TEST_CASE("the map says what the struct says and back, numbers to the last bit") {
  auto metadata = sample();
  metadata.tau = 0.1 * 0.99;
  const auto map = metadata_to_map(metadata);
  CHECK(map.at("vscg.version") == VSCG_VERSION);
  CHECK(map.at("vscg.categories") == R"(["Church bell","Male speech, man speaking"])");
  CHECK(map.at("vscg.relevance_threshold") == "0.7");
  const auto back = metadata_from_map(map, "file");
  CHECK(back.network == "vscg_net");
  CHECK(back.form == "released");
  CHECK(back.setting == "fully");
  CHECK(back.categories == metadata.categories);
  CHECK(back.relevance_threshold == metadata.relevance_threshold);
  CHECK(back.tau == metadata.tau);
}

TEST_CASE("weakly needs no relevance threshold") {
  auto metadata = sample();
  metadata.setting = "weakly";
  metadata.relevance_threshold.reset();
  const auto map = metadata_to_map(metadata);
  CHECK_FALSE(map.contains("vscg.relevance_threshold"));
  CHECK_FALSE(metadata_from_map(map, "file").relevance_threshold);
}

TEST_CASE("all missing keys are named at once") {
  const std::string message = error_of([] { metadata_from_map({}, "w.safetensors"); });
  CHECK(message ==
        "w.safetensors: expected the metadata of a vscg network, found none of vscg.version, vscg.network, vscg.form, "
        "vscg.setting, vscg.categories, vscg.tau (is it a weights file of vscg?)");
  CHECK(contains(with("vscg.tau", ""), "none of vscg.tau ("));
  CHECK(contains(with("vscg.relevance_threshold", ""), "none of vscg.relevance_threshold ("));
}

TEST_CASE("invalid values are refused by key") {
  CHECK(with("vscg.other", "ignored").empty());
  CHECK(with("vscg.version", "0.0.9").empty());
  CHECK(contains(with("vscg.version", "1.0.0"), "w.safetensors: vscg.version: expected at most " VSCG_VERSION));
  for (const char* version : {"0.1", "0.1.0.0", "0.1.x", "a", "-1.0.0", "0.1.0 "}) {
    CHECK(contains(with("vscg.version", version), "w.safetensors: vscg.version: expected a version"));
  }
  CHECK(contains(with("vscg.form", "Paper"), "vscg.form: expected released or paper, found \"Paper\""));
  CHECK(contains(with("vscg.setting", "semi"), "vscg.setting: expected fully or weakly, found \"semi\""));
  for (const char* number : {"x", "0.7 ", "nan", "inf", "-0.1", "1.5", "0,7"}) {
    CHECK(contains(with("vscg.tau", number), "vscg.tau: expected a number from 0 to 1"));
    CHECK(contains(with("vscg.relevance_threshold", number), "vscg.relevance_threshold: expected a number"));
  }
  CHECK(contains(with("vscg.categories", "Church bell"), "vscg.categories: expected valid JSON"));
  CHECK(contains(with("vscg.categories", "[]"), "expected a JSON list of names"));
  CHECK(contains(with("vscg.categories", "{\"a\": 1}"), "expected a JSON list of names"));
  CHECK(contains(with("vscg.categories", "[\"a\", 1]"), "expected names, found 1"));
  CHECK(contains(with("vscg.categories", "[\"a\", \"a\"]"), "a twice"));
  for (const char* list : {"[\"a\", [\"b\"]]", "[\"a\", null]", "[[\"a\"]]", "[\"\"]"}) {
    CHECK(contains(with("vscg.categories", list), "expected names, found "));
  }
  for (const char* list : {"\"a\"", "null", "1"}) {
    CHECK(contains(with("vscg.categories", list), "expected a JSON list of names"));
  }
  CHECK(
      contains(with("vscg.categories", "[\"a\\u0000b\"]"), "expected names without control characters, found a\\x00b"));
  CHECK(contains(with("vscg.categories", "[\"B\xE9lier\"]"), "expected valid JSON"));
}

TEST_CASE("what could not be read is not written") {
  auto metadata = sample();
  metadata.network.clear();
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "metadata to write: vscg.network"));
  metadata = sample();
  metadata.tau = std::nan("");
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "vscg.tau"));
  metadata = sample();
  metadata.categories[1] = "B\xE9lier";
  CHECK(error_of([&] { metadata_to_map(metadata); }) ==
        "metadata to write: vscg.categories: expected text in UTF-8, found the byte 0xE9 at byte 1");
  metadata.network = "r\xE9seau";
  metadata.categories[1] = "bell";
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }),
                 "metadata to write: vscg.network: expected text in UTF-8"));
  metadata = sample();
  metadata.categories[1] = "Be\nll";
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "expected names without control characters"));
  metadata = sample();
  metadata.categories.clear();
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "vscg.categories"));
}
