// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/train/ave/metadata.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"

using namespace vscg;
using namespace vscg::train;

namespace {

const std::vector<std::string> names{"Church bell", "Male speech, man speaking"};

/// The error when one setting is changed; an empty value removes it.
std::string with(const std::string& setting, const std::string& value) {
  auto metadata = with_categories(io::metadata_of<vscg_net>(), names);
  value.empty() ? void(metadata.settings.erase(setting)) : void(metadata.settings[setting] = value);
  return error_of([&] { ave_metadata_of(metadata, "w.safetensors"); });
}

}  // namespace

TEST_CASE("a network's file says setting, categories and, if fully supervised, the threshold of relevance") {
  const auto metadata = with_categories(io::metadata_of<vscg_net>(), names, 0.1 * 0.99);
  const auto map = metadata_to_map(metadata);
  CHECK(map.at("vscg.network") == "vscg");
  CHECK(map.at("vscg.form") == "released");
  CHECK(map.at("vscg.setting") == "fully");
  CHECK(map.at("vscg.tau") == "0.099");
  CHECK(map.at("vscg.categories") == R"(["Church bell","Male speech, man speaking"])");
  const auto said = ave_metadata_of(io::metadata_from_map(map, "file"), "file");
  CHECK(said.setting == "fully");
  CHECK(said.categories == names);
  CHECK(said.relevance_threshold == 0.1 * 0.99);

  const auto weakly = with_categories(io::metadata_of<vscg_net_weakly_paper>(), names);
  CHECK(weakly.variant == "paper");
  CHECK(weakly.find("relevance_threshold") == nullptr);
  CHECK_FALSE(ave_metadata_of(weakly, "file").relevance_threshold);
}

TEST_CASE("one error names all missing keys, and invalid values are named by their key") {
  CHECK(error_of([] { ave_metadata_of({}, "w.safetensors"); }) ==
        "w.safetensors: expected the metadata of a network for the AVE data set, found none of vscg.setting, "
        "vscg.categories");
  CHECK(contains(with("relevance_threshold", ""), "none of vscg.relevance_threshold"));
  CHECK(contains(with("setting", "semi"), "vscg.setting: expected fully or weakly, found \"semi\""));
  for (const char* number : {"x", "0.7 ", "nan", "inf", "-0.1", "1.5", "0,7"}) {
    CHECK(contains(with("relevance_threshold", number), "vscg.relevance_threshold: expected a number from 0 to 1"));
  }
  CHECK(contains(with("categories", "Church bell"), "vscg.categories: expected valid JSON"));
  CHECK(contains(with("categories", "[\"a\", 1]"), "w.safetensors: vscg.categories: expected names, found 1"));
}

TEST_CASE("names that no file can hold are refused") {
  const auto refused = [](const std::vector<std::string>& list) {
    return error_of([&] { with_categories(io::metadata_of<vscg_net>(), list); });
  };
  CHECK(refused({"bell", "B\xE9lier"}) ==
        "metadata to write: vscg.categories: expected text in UTF-8, found the byte 0xE9 at byte 1");
  CHECK(contains(refused({"Be\nll"}), "expected names without control characters"));
  CHECK(refused({"bell", "bell"}).ends_with(" twice"));
  CHECK(contains(refused({}), "vscg.categories"));
}
