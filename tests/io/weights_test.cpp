// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/train/ave/metadata.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/file_bytes.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg;

namespace {

struct part {
  nn::linear<2, 3> in, out;
  VSCG_MEMBERS(in, out)
};
struct whole {
  part body;
  nn::linear_without_bias<3, 1> head;
  VSCG_MEMBERS(body, head)
};
struct twin {  // the same names and shapes
  part body;
  nn::linear_without_bias<3, 1> head;
  VSCG_MEMBERS(body, head)
};
struct nameless {
  part body;
  nn::linear_without_bias<3, 1> head;
  VSCG_MEMBERS(body, head)
};

}  // namespace

template <>
inline constexpr network_identity vscg::identity_of<whole>{
    "whole", "released", {{"setting", "fully"}, {"categories", 2}, {"tau", 0.25}}};
template <>
inline constexpr network_identity vscg::identity_of<twin>{
    "whole", "paper", {{"setting", "fully"}, {"categories", 2}, {"tau", 0.25}}};

namespace {

template <class Network, class T>
using numbers = weights<Network, T, cpu>;

template <class Network, class T>
std::map<std::string, std::vector<T>> all(const numbers<Network, T>& w) {
  std::map<std::string, std::vector<T>> values;
  for (const auto& entry : w.table().entries) values[entry.name] = w.get(entry.name);
  return values;
}

const std::vector<std::string> names{"bark", "bell"};

const std::vector<std::string> categories = [] {
  std::vector<std::string> list;
  for (int i = 0; i < 28; ++i) list.push_back("category " + std::to_string(i));
  return list;
}();

template <class Network>
io::network_metadata metadata_of(const std::vector<std::string>& list, double threshold = 0.7) {
  const auto metadata = io::metadata_of<Network>();
  const bool fully = *metadata.find("setting") == "fully";
  return train::with_categories(metadata, list, fully ? std::optional(threshold) : std::nullopt);
}

/// The error of a load that must not have changed anything.
template <class Network, class T>
std::string refused(const std::filesystem::path& path, const io::load_prefix& prefix = {}) {
  numbers<Network, T> w(seed{9});
  const auto before = all(w);
  const std::string message = error_of([&] { io::load_weights(w, path, prefix); });
  CHECK(all(w) == before);
  return message;
}

}  // namespace

TEST_CASE_TEMPLATE("what is saved comes back to the bit, with what it is", T, float, double) {
  const temporary_folder dir;
  const numbers<whole, T> saved(seed{1});
  io::save_weights(saved, dir / "w.safetensors", metadata_of<whole>(names, 0.6));
  numbers<whole, T> loaded(seed{2});
  REQUIRE(all(loaded) != all(saved));
  const auto metadata = io::load_weights(loaded, dir / "w.safetensors");
  CHECK(all(loaded) == all(saved));
  REQUIRE(metadata.has_value());
  CHECK(metadata->network == "whole");
  CHECK(metadata->variant == "released");
  CHECK(*metadata->find("setting") == "fully");
  CHECK(*metadata->find("categories") == R"(["bark","bell"])");
  CHECK(*metadata->find("relevance_threshold") == "0.6");
  CHECK(*metadata->find("tau") == "0.25");
  CHECK(io::read_metadata(dir / "w.safetensors").network == "whole");

  const auto bytes = bytes_of(dir / "w.safetensors");
  io::save_weights(loaded, dir / "w.safetensors", *metadata);
  CHECK(bytes_of(dir / "w.safetensors") == bytes);
  CHECK(dir.names() == std::vector<std::string>{"w.safetensors"});
}

TEST_CASE("float loads into double, double into float is refused") {
  const temporary_folder dir;
  const numbers<whole, float> narrow(seed{1});
  io::save_weights(narrow, dir / "f", metadata_of<whole>(names));
  numbers<whole, double> wide(seed{2});
  io::load_weights(wide, dir / "f");
  const auto one = narrow.get("body.in.weight");
  CHECK(wide.get("body.in.weight") == std::vector<double>(one.begin(), one.end()));

  io::save_weights(wide, dir / "d", metadata_of<whole>(names));
  CHECK(contains(refused<whole, float>(dir / "d"), "double precision (F64), which float would round silently"));
}

TEST_CASE("weights of another network are refused, and both are named, even if every name and shape fits") {
  const temporary_folder dir;
  io::save_weights(numbers<twin, float>(seed{1}), dir / "w", metadata_of<twin>(names));
  CHECK(refused<whole, float>(dir / "w") ==
        (dir / "w").string() + ": expected weights of whole fully (released), found weights of whole fully (paper)");
}

TEST_CASE("a network without a name takes what fits, and a file without metadata fits too") {
  const temporary_folder dir;
  const numbers<whole, float> saved(seed{1});
  io::save_weights(saved, dir / "w", metadata_of<whole>(names));
  numbers<nameless, float> loaded(seed{2});
  CHECK(io::load_weights(loaded, dir / "w")->network == "whole");
  CHECK(all(loaded) == all(saved));

  std::vector<io::tensor_source> tensors;
  const auto values = all(saved);
  for (const auto& entry : saved.table().entries) {
    tensors.push_back(io::make_tensor_source<float>(entry.name, entry.shape, values.at(entry.name)));
  }
  io::write_safetensors(dir / "plain", tensors, {{"format", "pt"}});
  numbers<whole, float> plain(seed{3});
  CHECK_FALSE(io::load_weights(plain, dir / "plain").has_value());
  CHECK(all(plain) == all(saved));
  CHECK(contains(error_of([&] { io::read_metadata(dir / "plain"); }), "none of vscg.version"));
  // Half of the metadata is worse than none.
  io::write_safetensors(dir / "half", tensors, {{"vscg.network", "whole"}});
  CHECK(contains(refused<whole, float>(dir / "half"), "none of vscg.version, vscg.form"));
}

TEST_CASE("other categories and another tau than the type's are refused") {
  const temporary_folder dir;
  const numbers<nameless, float> w(seed{1});
  auto metadata = metadata_of<whole>({"bark", "bell", "bus"});
  io::save_weights(w, dir / "w", metadata);
  CHECK(contains(refused<whole, float>(dir / "w"), "vscg.categories: expected 2 names, found 3"));
  metadata = metadata_of<whole>(names);
  metadata.settings["tau"] = "0.095";
  io::save_weights(w, dir / "w", metadata);
  CHECK(contains(refused<whole, float>(dir / "w"), "vscg.tau: expected 0.25, as the network has, found 0.095"));
}

TEST_CASE("what a layer was given goes into the file, and only a network with the same takes it") {
  const temporary_folder dir;
  vscg_net other;
  other.propagation.tau = 0.2;
  const weights<vscg_net, float, cpu> saved(seed{1}, other);
  const auto metadata = [](const setting_list& layers) {
    return train::with_categories(io::metadata_of<vscg_net>(layers), categories);
  };
  CHECK(error_of([&] {
          io::save_weights(saved, dir / "w", metadata(setting_list{}));
        }).ends_with("vscg.tau: expected 0.2, as the network has, found 0.099"));
  io::save_weights(saved, dir / "w", metadata(saved.table().settings));
  CHECK(contains(refused<vscg_net, float>(dir / "w"), "vscg.tau: expected 0.099, as the network has, found 0.2"));
  weights<vscg_net, float, cpu> loaded(seed{2}, other);
  io::load_weights(loaded, dir / "w");
  CHECK(loaded.get("L3.weight") == saved.get("L3.weight"));
}

TEST_CASE("all or nothing: what does not fit is listed and nothing is written") {
  const temporary_folder dir;
  io::save_weights(weights<part, float, cpu>(seed{1}), dir / "w", metadata_of<whole>(names));
  const std::string message = refused<whole, float>(dir / "w");
  CHECK(contains(message, "missing (5): body.in.weight [3, 2]"));
  CHECK(contains(message, "unexpected (4): in.weight [3, 2]"));
  CHECK(contains(message, "vscg.network = whole"));
}

TEST_CASE("a part is loaded by prefix, and the file's metadata about the whole does not matter then") {
  const temporary_folder dir;
  const numbers<twin, float> other(seed{1});
  io::save_weights(other, dir / "w", metadata_of<twin>(names));
  numbers<whole, float> w(seed{2});
  const auto head = w.get("head.weight");
  io::load_weights(w, dir / "w", {.file = "body", .table = "body"});
  CHECK(w.get("body.in.weight") == other.get("body.in.weight"));
  CHECK(w.get("body.out.bias") == other.get("body.out.bias"));
  CHECK(w.get("head.weight") == head);
  weights<part, float, cpu> alone(seed{3});
  io::load_weights(alone, dir / "w", {.file = "body", .table = ""});
  CHECK(alone.get("in.weight") == other.get("body.in.weight"));
  CHECK(contains(refused<whole, float>(dir / "w", {.file = "nobody", .table = "body"}), "missing (4)"));
}

TEST_CASE("metadata of another network is not written") {
  const temporary_folder dir;
  const numbers<whole, float> w(seed{1});
  const auto metadata = metadata_of<twin>(names);
  CHECK(contains(error_of([&] { io::save_weights(w, dir / "w", metadata); }),
                 "expected weights of whole fully (released), found weights of whole fully (paper)"));
  CHECK(
      contains(error_of([&] { io::save_weights(w, dir / "none" / "w", metadata_of<whole>(names)); }), "cannot write"));
  CHECK(dir.names().empty());
}

TEST_CASE_TEMPLATE("numbers that could not be loaded are not written", T, float, double) {
  const temporary_folder dir;
  const auto metadata = metadata_of<whole>(names);
  numbers<whole, T> w(seed{1});
  io::save_weights(w, dir / "w", metadata);
  const auto before = bytes_of(dir / "w");
  const std::size_t offset = w.table().find("body.out.weight")->offset;
  for (const T bad : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::infinity()}) {
    w.data()[offset + 4] = bad;  // set() refuses it
    for (const char* name : {"w", "new"}) {
      const std::string message = error_of([&] { io::save_weights(w, dir / name, metadata); });
      CHECK(contains(message, (dir / name).string() + ": tensor body.out.weight: expected finite values, found "));
      CHECK(contains(message, bad != bad ? "NaN at element 4" : "infinity at element 4"));
    }
    CHECK(bytes_of(dir / "w") == before);
    CHECK(dir.names() == std::vector<std::string>{"w"});
  }
}

TEST_CASE("a model loads by vscg::load") {
  const temporary_folder dir;
  const model<nn::linear<2, 3>, float, cpu> saved(seed{1});
  io::network_metadata metadata;
  metadata.network = "one_linear";
  io::save_weights(saved, dir / "w", metadata);
  model<nn::linear<2, 3>, float, cpu> net(seed{2});
  load(net, dir / "w");
  CHECK(net.weights().get("weight") == saved.weights().get("weight"));
  CHECK(contains(error_of([&] { load(net, dir / "missing"); }), "missing"));
}

TEST_CASE("the four networks of VSCG: released and paper fit each other by names but are told apart") {
  const temporary_folder dir;
  io::save_weights(weights<vscg_net_paper, float, cpu>(seed{1}), dir / "paper",
                   metadata_of<vscg_net_paper>(categories));
  io::save_weights(weights<vscg_net_weakly, float, cpu>(seed{1}), dir / "weakly",
                   metadata_of<vscg_net_weakly>(categories));
  const auto weakly = io::read_metadata(dir / "weakly");
  CHECK(*weakly.find("setting") == "weakly");
  CHECK(weakly.find("relevance_threshold") == nullptr);
  CHECK(*weakly.find("tau") == "0.099");
  CHECK(contains(refused<vscg_net, float>(dir / "paper"),
                 "expected weights of vscg fully (released), found weights of vscg fully (paper)"));
  CHECK(contains(refused<vscg_net, float>(dir / "weakly"),
                 "expected weights of vscg fully (released), found weights of vscg weakly (released)"));
  CHECK(contains(refused<vscg_net_weakly_paper, float>(dir / "weakly"),
                 "expected weights of vscg weakly (paper), found weights of vscg weakly (released)"));
  weights<vscg_net_paper, float, cpu> loaded(seed{2});
  CHECK(*io::load_weights(loaded, dir / "paper")->find("relevance_threshold") == "0.7");
  CHECK(loaded.get("L3.weight") == weights<vscg_net_paper, float, cpu>(seed{1}).get("L3.weight"));
}

TEST_CASE("a file of version 0.1.0, when identities had fixed fields, loads and is written again with the same bytes") {
  const std::string header =
      R"({"__metadata__":{"vscg.categories":"[\"bark\",\"bell\"]","vscg.form":"released","vscg.ne)"
      R"(twork":"whole","vscg.relevance_threshold":"0.6","vscg.setting":"fully","vscg.tau":"0.25")"
      R"(,"vscg.version":"0.1.0"},"body.in.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0)"
      R"(,24]},"body.in.bias":{"dtype":"F32","shape":[3],"data_offsets":[24,36]},"body.out.weight)"
      R"(":{"dtype":"F32","shape":[3,2],"data_offsets":[36,60]},"body.out.bias":{"dtype":"F32","s)"
      R"(hape":[3],"data_offsets":[60,72]},"head.weight":{"dtype":"F32","shape":[1,3],"data_offse)"
      R"(ts":[72,84]}})";
  const std::string bytes(
      "\x8A\xC8\x1E\xBF\xAB\xB8\xA3\xBE\x27\x69\xB6\xBC\x8F\x58\xFE\x3E\xC6\x3F\xCD\xBE\xEE\x59\xC7\x3D"
      "\x46\x74\x87\xBC\x8A\x85\xFC\xBC\x74\xC3\xB5\xBE\xC0\x85\x1A\xBF\xC8\x87\x18\x3F\x38\x8B\x53\xBD"
      "\x5D\x94\xC9\xBD\xF8\x92\xFB\x3E\x39\xA4\xA8\xBE\xE2\x8C\x24\x3F\x72\x81\x8D\x3D\x76\x95\x96\x3E"
      "\x9A\x41\x49\x3E\xF3\x2D\xE9\xBE\x09\x10\xED\xBE",
      84);
  const temporary_folder dir;
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  put_bytes(dir / "w", static_cast<char>(padded & 0xFFU) + std::string(1, static_cast<char>(padded >> 8U)) +
                           std::string(6, '\0') + header + std::string(padded - header.size(), ' ') + bytes);
  numbers<whole, float> w(seed{2});
  const auto metadata = io::load_weights(w, dir / "w");
  REQUIRE(metadata.has_value());
  CHECK(metadata->variant == "released");
  const auto said = train::ave_metadata_of(*metadata, "w");
  CHECK(said.setting == "fully");
  CHECK(said.categories == names);
  CHECK(said.relevance_threshold == 0.6);
  CHECK(w.get("head.weight") == std::vector<float>{0.196539313F, -0.45542869F, -0.463012964F});
  io::save_weights(w, dir / "again", *metadata);
  CHECK(bytes_of(dir / "again") == bytes_of(dir / "w"));
  CHECK(contains(refused<twin, float>(dir / "w"), "found weights of whole fully (released)"));
}
