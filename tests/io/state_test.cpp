// SPDX-License-Identifier: MIT
#include <cstddef>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/io/state.hpp>

#include "support/contains.hpp"
#include "support/error_of.hpp"
#include "support/temporary_folder.hpp"

using namespace vscg::io;

namespace {

const std::vector<state_entry> table = {{"psp.fc.weight", {2, 2}}, {"psp.norm.bias", {2}}, {"L3.weight", {1, 2}}};

template <class T>
using state = std::map<std::string, std::vector<T>>;

const state<float> weights = {{"psp.fc.weight", {1, 2, 3, 4}}, {"psp.norm.bias", {5, 6}}, {"L3.weight", {7, 8}}};

template <class T>
void save(const std::filesystem::path& path, const std::vector<state_entry>& entries, const state<T>& values,
          const std::string& prefix = "") {
  std::vector<state_entry> named = entries;
  for (auto& entry : named) entry.name.insert(0, prefix);
  save_state<T>(path, named, [&](std::size_t i) { return std::span<const T>(values.at(entries[i].name)); },
                {{"vscg.network", "somebody"}});
}

template <class T>
state<T> load(const std::filesystem::path& path, const load_prefix& prefix = {}) {
  state<T> loaded;
  load_state<T>(
      safetensors_file::open(path), table,
      [&](std::size_t i, std::span<const T> values) { loaded[table[i].name].assign(values.begin(), values.end()); },
      prefix);
  return loaded;
}

/// The error of a load that must not have written anything.
template <class T>
std::string refused(const std::filesystem::path& path, const load_prefix& prefix = {}) {
  int written = 0;
  const std::string message = error_of([&] {
    load_state<T>(
        safetensors_file::open(path), table, [&](std::size_t, std::span<const T>) { ++written; }, prefix);
  });
  CHECK(written == 0);
  CHECK(contains(message, path.string()));
  return message;
}

}  // namespace

TEST_CASE("a state_dict comes back, float into double too") {
  const temporary_folder scratch;
  save<float>(scratch / "w", table, weights);
  CHECK(load<float>(scratch / "w") == weights);
  const auto wide = load<double>(scratch / "w");
  CHECK(wide.size() == 3);
  CHECK(wide.at("psp.fc.weight") == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("double is not rounded into float, in words") {
  const temporary_folder scratch;
  state<double> wide;
  for (const auto& [name, values] : weights) wide[name].assign(values.begin(), values.end());
  save<double>(scratch / "w", table, wide);
  CHECK(load<double>(scratch / "w") == wide);
  CHECK(contains(refused<float>(scratch / "w"), "holds double precision (F64), which float would round silently"));
}

TEST_CASE("one error lists everything that does not fit, and nothing is written") {
  const temporary_folder scratch;
  const std::vector<state_entry> other = {{"psp.fc.weight", {4}}, {"psp.norm.bias", {2}}, {"L4.weight", {1, 2}}};
  save<float>(scratch / "w", other,
              {{"psp.fc.weight", {1, 2, 3, 4}}, {"psp.norm.bias", {5, 6}}, {"L4.weight", {7, 8}}});
  CHECK(refused<float>(scratch / "w") ==
        (scratch / "w").string() +
            " (it says vscg.network = somebody): the weights do not fit the network; missing (1): L3.weight [1, 2]; "
            "of another shape (1): psp.fc.weight expected [2, 2] found [4]; unexpected (1): L4.weight [1, 2]");
}

TEST_CASE("a count of batches beside a running mean is read over, and any other is unexpected") {
  const temporary_folder scratch;
  const std::vector<state_entry> norm = {{"norm.running_mean", {2}}};
  const auto load_norm = [&](const std::string& count, const std::string& prefix = "") {
    const state<float> numbers{{"norm.running_mean", {1, 2}}, {count, {3}}};
    save<float>(scratch / "w", {norm[0], {count, {}}}, numbers, prefix);
    std::vector<float> loaded;
    const auto keep = [&](std::size_t, std::span<const float> values) { loaded.assign(values.begin(), values.end()); };
    const std::string said = error_of(
        [&] { load_state<float>(safetensors_file::open(scratch / "w"), norm, keep, {.file = prefix, .table = {}}); });
    CHECK(loaded.empty() != said.empty());
    return said;
  };
  CHECK(load_norm("norm.num_batches_tracked").empty());
  CHECK(load_norm("norm.num_batches_tracked", "host.").empty());
  CHECK(contains(load_norm("num_batches_tracked"), "unexpected (1): num_batches_tracked []"));
  CHECK(contains(load_norm("norm.num_batches"), "unexpected (1): norm.num_batches []"));
}

TEST_CASE("only the first eight of many are named") {
  const temporary_folder scratch;
  std::vector<state_entry> many = table;
  state<float> values = weights;
  for (int i = 10; i < 30; ++i) {
    many.push_back({"extra" + std::to_string(i), {1}});
    values["extra" + std::to_string(i)] = {0};
  }
  save<float>(scratch / "w", many, values);
  const std::string message = refused<float>(scratch / "w");
  CHECK(contains(message, "unexpected (20): extra10 [1], "));
  CHECK(contains(message, "extra17 [1], ..."));
  CHECK_FALSE(contains(message, "extra18"));
}

TEST_CASE("NaN and infinity are refused by name, after everything was read and before anything is written") {
  const temporary_folder scratch;
  const auto save_last = [&](const std::vector<float>& last) {  // save_state() would refuse them
    std::vector<tensor_source> tensors;
    for (const auto& entry : table) {
      const bool is_last = &entry == &table.back();
      tensors.push_back(make_tensor_source<float>(entry.name, entry.shape, is_last ? last : weights.at(entry.name)));
    }
    write_safetensors(scratch / "w", tensors);
  };
  save_last({7, std::numeric_limits<float>::quiet_NaN()});
  CHECK(contains(refused<float>(scratch / "w"), "tensor L3.weight: expected finite values, found NaN at element 1"));
  CHECK(contains(refused<double>(scratch / "w"), "tensor L3.weight"));
  save_last({-std::numeric_limits<float>::infinity(), 0});
  CHECK(contains(refused<float>(scratch / "w"), "found infinity at element 0"));
}

TEST_CASE("a part of a larger file, a part of the network, and a part of both") {
  const temporary_folder scratch;
  const auto path = scratch / "w";
  save<float>(path, table, weights, "host.");
  CHECK(load<float>(path, {.file = "host", .table = ""}) == weights);
  CHECK(load<float>(path, {.file = "host.", .table = ""}) == weights);
  CHECK(contains(refused<float>(path), "missing (3): psp.fc.weight [2, 2]"));
  CHECK(refused<float>(path).ends_with(
      "; all names in the file begin with \"host.\": load_weights(net, path, {.file = \"host\"}) leaves it out"));
  CHECK(contains(refused<float>(path, {.file = "hos", .table = ""}), "missing (3)"));

  const state<float> only_psp = {{"psp.fc.weight", {1, 2, 3, 4}}, {"psp.norm.bias", {5, 6}}};
  CHECK(load<float>(path, {.file = "host.psp", .table = "psp"}) == only_psp);
  CHECK(contains(refused<float>(path, {.file = "host", .table = "psp"}), "unexpected (3): host."));

  const std::vector<state_entry> part = {{"fc.weight", {2, 2}}, {"norm.bias", {2}}};
  save<float>(path, part, {{"fc.weight", {1, 2, 3, 4}}, {"norm.bias", {5, 6}}});
  CHECK(load<float>(path, {.file = "", .table = "psp"}) == only_psp);
  // A prefix that names nothing on either side must not pass as a load of nothing.
  CHECK(contains(refused<float>(path, {.file = "absent", .table = "absent"}), "under absent., found none"));
}
