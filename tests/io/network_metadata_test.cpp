// SPDX-License-Identifier: MIT
#include <map>
#include <string>

#include <doctest/doctest.h>

#include <vscg/core/config.hpp>
#include <vscg/io/network_metadata.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"

using namespace vscg::io;

namespace {

// A network of another domain than events in videos.
struct translator {};

}  // namespace

template <>
inline constexpr vscg::network_identity vscg::identity_of<translator>{
    "translator",
    "base",
    {{"tokens", 5000}, {"norm", "after"}, {"activation", "gelu"}, {"epsilon", 0.1 * 0.99}, {"languages", 2}}};

namespace {

network_metadata sample() {
  network_metadata metadata = metadata_of<translator>();
  metadata.settings["languages"] = R"(["Church Slavonic","Old English"])";
  metadata.settings["beam"] = "4";
  return metadata;
}

/// The error when one key is changed; an empty value removes it.
std::string with(const std::string& key, const std::string& value) {
  auto map = metadata_to_map(sample());
  value.empty() ? void(map.erase(key)) : void(map[key] = value);
  return error_of([&] { metadata_from_map(map, "w.safetensors"); });
}

/// The error when one setting of `translator`'s file is another one.
std::string other(const std::string& setting, const std::string& value) {
  auto metadata = sample();
  metadata.settings[setting] = value;
  return error_of([&] { expect_identity(metadata, vscg::identity_of<translator>, "w"); });
}

}  // namespace

TEST_CASE("the map and the struct of any network say the same, numbers to the last bit") {
  const auto metadata = sample();
  const auto map = metadata_to_map(metadata);
  CHECK(map.at("vscg.version") == VSCG_VERSION);
  CHECK(map.at("vscg.network") == "translator");
  CHECK(map.at("vscg.form") == "base");
  CHECK(map.at("vscg.tokens") == "5000");
  CHECK(map.at("vscg.activation") == "gelu");
  CHECK(map.at("vscg.languages") == R"(["Church Slavonic","Old English"])");
  const auto back = metadata_from_map(map, "file");
  CHECK(back.network == "translator");
  CHECK(back.variant == "base");
  CHECK(back.settings == metadata.settings);
  CHECK(number_of(*back.find("epsilon")) == 0.1 * 0.99);
  CHECK(back.find("tau") == nullptr);
}

TEST_CASE("an identity is a name, a variant and named settings; numbers are compared by value, lists by their length") {
  CHECK(vscg::identity_text(vscg::identity_of<translator>) == "translator gelu after (base)");
  CHECK(identity_text(sample()) == "translator gelu after (base)");
  CHECK(vscg::identity_text({"plain", ""}) == "plain");
  CHECK(vscg::identity_of<translator>.find("tokens")->number == 5000);
  CHECK(vscg::identity_of<translator>.find("tau") == nullptr);
  CHECK_FALSE(vscg::identity_of<int>.named());

  CHECK(other("beam", "5").empty());  // not part of the identity
  CHECK(other("tokens", "5e3").empty());
  CHECK(other("tokens", "4000") == "w: vscg.tokens: expected 5000, as the network has, found 4000");
  CHECK(other("tokens", "many").ends_with("found many"));
  CHECK(other("languages", "[\"Latin\"]") == "w: vscg.languages: expected 2 names, found 1");
  CHECK(other("activation", "relu") ==
        "w: expected weights of translator gelu after (base), found weights of translator relu after (base)");
  auto metadata = sample();
  metadata.settings.erase("tokens");
  CHECK(error_of([&] { expect_identity(metadata, vscg::identity_of<translator>, "w"); }) ==
        "w: vscg.tokens: expected 5000, as the network has, found none");
  metadata = sample();
  metadata.variant = "large";
  CHECK(contains(error_of([&] { expect_identity(metadata, vscg::identity_of<translator>, "w"); }), "(large)"));
}

TEST_CASE("all missing keys are named in one error") {
  const std::string message = error_of([] { metadata_from_map({}, "w.safetensors"); });
  CHECK(message ==
        "w.safetensors: expected the metadata of a vscg network, found none of vscg.version, vscg.network, vscg.form "
        "(is it a weights file of vscg?)");
  CHECK(contains(with("vscg.form", ""), "none of vscg.form ("));
}

TEST_CASE("invalid values are refused by key") {
  CHECK(with("vscg.other", "a setting").empty());
  CHECK(with("vscg.version", "0.0.9").empty());
  CHECK(contains(with("vscg.version", "1.0.0"), "w.safetensors: vscg.version: expected at most " VSCG_VERSION));
  for (const char* version : {"0.1", "0.1.0.0", "0.1.x", "a", "-1.0.0", "0.1.0 "}) {
    CHECK(contains(with("vscg.version", version), "w.safetensors: vscg.version: expected a version"));
  }
  CHECK(contains(with("vscg.languages", "[]"), "vscg.languages: expected a JSON list of names"));
  CHECK(contains(with("vscg.languages", "[1"), "vscg.languages: expected "));
}

TEST_CASE("lists of names come back, each name once") {
  const auto refused = [](const char* text) { return error_of([&] { names_from_text(text, "list"); }); };
  CHECK(names_from_text(names_text({"a", "B\xC3\xA9lier"}, "list"), "list")[1] == "B\xC3\xA9lier");
  CHECK(contains(refused("Church bell"), "list: expected valid JSON"));
  CHECK(contains(refused("[]"), "expected a JSON list of names"));
  CHECK(contains(refused("{\"a\": 1}"), "expected a JSON list of names"));
  CHECK(contains(refused("[\"a\", 1]"), "expected names, found 1"));
  CHECK(contains(refused("[\"a\", \"a\"]"), "a twice"));
  for (const char* list : {"[\"a\", [\"b\"]]", "[\"a\", null]", "[[\"a\"]]", "[\"\"]"}) {
    CHECK(contains(refused(list), "expected names, found "));
  }
  for (const char* list : {"\"a\"", "null", "1"}) CHECK(contains(refused(list), "expected a JSON list of names"));
  CHECK(contains(refused("[\"a\\u0000b\"]"), "expected names without control characters, found a\\x00b"));
  CHECK(contains(refused("[\"B\xE9lier\"]"), "expected valid JSON"));
  CHECK(error_of([] {
          names_text({"a", "B\xE9lier"}, "list");
        }) == "list: expected text in UTF-8, found the byte 0xE9 at byte 1");
  CHECK(contains(error_of([] { names_text({"Be\nll"}, "list"); }), "expected names without control characters"));
  CHECK(contains(error_of([] { names_text({}, "list"); }), "expected a JSON list of names"));
}

TEST_CASE("metadata that could not be read is not written") {
  auto metadata = sample();
  metadata.network.clear();
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "metadata to write: vscg.network"));
  metadata.network = "r\xE9seau";
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }),
                 "metadata to write: vscg.network: expected text in UTF-8"));
  metadata = sample();
  metadata.settings["activation"] = "\xE9";
  CHECK(error_of([&] { metadata_to_map(metadata); }) ==
        "metadata to write: vscg.activation: expected text in UTF-8, found the byte 0xE9 at byte 0");
  for (const char* setting : {"", "version", "network", "form", "format", "checksum", "run.seed"}) {
    metadata = sample();
    metadata.settings[setting] = "1";
    CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "which has another meaning"));
  }
  metadata = sample();
  metadata.settings["languages"] = "[\"Latin\",\"Latin\"]";
  CHECK(contains(error_of([&] { metadata_to_map(metadata); }), "vscg.languages"));
}
