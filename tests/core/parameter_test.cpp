// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/parameter.hpp>

namespace {

struct layer {
  vscg::parameter<vscg::init::xavier_uniform, 3, 5> weight;
  vscg::parameter<vscg::init::uniform<5>, 3> bias;
  VSCG_MEMBERS(weight, bias)
};

struct both_ways {
  vscg::stacked_parameter<2, vscg::init::uniform<4>, 4, 2> weight;
  VSCG_NAMED_MEMBERS((weight, "forward", 0), (weight, "backward", 1))
};

struct mask {
  vscg::random_key key;
  VSCG_NAMED_MEMBERS((key, ""))
};

struct network {
  layer first;
  both_ways middle;
  mask drop;
  vscg::parameter<vscg::init::ones, 7> scale;
  VSCG_NAMED_MEMBERS((first, "first"), (middle, ""), (drop, "drop"), (scale, "scale"))
};

/// The same with one more layer in front.
struct longer {
  layer added;
  network rest;
  VSCG_NAMED_MEMBERS((added, "added"), (rest, ""))
};

std::vector<double> start_of(const vscg::parameter_table& table, vscg::seed s) {
  std::vector<double> buffer(table.buffer_elements, 99.0);
  vscg::initialize(table, s, std::span<double>(buffer));
  return buffer;
}

std::vector<double> part(const vscg::parameter_table& table, const std::vector<double>& buffer, const char* name) {
  const auto* entry = table.find(name);
  REQUIRE(entry != nullptr);
  const auto first = buffer.begin() + static_cast<std::ptrdiff_t>(entry->offset);
  return {first, first + static_cast<std::ptrdiff_t>(entry->elements)};
}

}  // namespace

TEST_CASE("the table lists every array by its path, aligned, without overlap") {
  network net;
  const auto table = vscg::bind_parameters(net);
  std::vector<std::string> names;
  for (const auto& entry : table.entries) names.push_back(entry.name);
  CHECK(names == std::vector<std::string>{"first.weight", "first.bias", "forward", "backward", "scale"});
  CHECK(table.entries[0].shape == std::vector<std::size_t>{3, 5});
  CHECK(table.count() == 15 + 3 + 8 + 8 + 7);
  CHECK(table.random_keys == 1);
  CHECK(table.find("weight") == nullptr);
  REQUIRE(table.storage.size() == 4);  // the stack is one array
  for (std::size_t i = 0; i < table.storage.size(); ++i) {
    CHECK(table.storage[i].offset % 16 == 0);  // 64 bytes of float
    const std::size_t end = table.storage[i].offset + table.storage[i].elements;
    CHECK(end <= (i + 1 < table.storage.size() ? table.storage[i + 1].offset : table.buffer_elements));
  }
  // Slices of a stack lie side by side, so that one product reads both.
  CHECK(table.find("backward")->offset == table.find("forward")->offset + 8);
  CHECK(table.find("backward")->id == table.find("forward")->id);
}

TEST_CASE("random keys are hashes of paths") {
  network net;
  vscg::bind_parameters(net);
  CHECK(net.drop.key.path == vscg::fnv1a("drop"));
  longer with_more;
  vscg::bind_parameters(with_more);
  CHECK(with_more.rest.drop.key.path == net.drop.key.path);
}

TEST_CASE("every array starts inside its bounds, and comes close to them") {
  network net;
  const auto table = vscg::bind_parameters(net);
  const auto buffer = start_of(table, vscg::seed{1});
  const auto check = [&](const char* name, double bound) {
    double largest = 0;
    for (const double x : part(table, buffer, name)) largest = std::max(largest, std::abs(x));
    CHECK(largest <= bound);
    CHECK(largest > bound / 3);
  };
  check("first.weight", std::sqrt(6.0 / 8));
  check("first.bias", 1 / std::sqrt(5.0));
  check("forward", 0.5);
  check("backward", 0.5);
  CHECK(part(table, buffer, "scale") == std::vector<double>(7, 1.0));
  CHECK(part(table, buffer, "forward") != part(table, buffer, "backward"));
}

TEST_CASE("the fans of a convolution's weight include its kernel") {
  const auto start = vscg::init::xavier_uniform::of(vscg::shape<4, 6, 5>{});
  CHECK(start.bound == doctest::Approx(std::sqrt(6.0 / (4 * 5 + 6 * 5))));
}

TEST_CASE("starting values are keyed by seed and name, not by place") {
  network net;
  longer with_more;
  const auto table = vscg::bind_parameters(net);
  const auto longer_table = vscg::bind_parameters(with_more);
  const auto buffer = start_of(table, vscg::seed{5});
  const auto longer_buffer = start_of(longer_table, vscg::seed{5});
  for (const auto& entry : table.entries) {
    INFO(entry.name);
    CHECK(part(table, buffer, entry.name.c_str()) == part(longer_table, longer_buffer, entry.name.c_str()));
  }
  CHECK(longer_table.find("first.bias")->offset != table.find("first.bias")->offset);
  CHECK(part(table, start_of(table, vscg::seed{6}), "first.weight") != part(table, buffer, "first.weight"));
}

namespace {

/// Two copies of a pair of copies, deeper and less deep, and one layer that is none.
struct pair_of_copies {
  layer one, two;
  VSCG_MEMBERS(one, two)
  using equal_at_start = layer;
};
struct nest {
  pair_of_copies inner;
  VSCG_MEMBERS(inner)
};
struct copies_of_copies {
  nest deep;
  pair_of_copies other;
  layer alone;
  VSCG_MEMBERS(deep, other, alone)
  using equal_at_start = pair_of_copies;
};

}  // namespace

TEST_CASE("layers that are copies start with the numbers of the first, and are arrays of their own") {
  copies_of_copies net;
  const auto table = vscg::bind_parameters(net);
  const auto buffer = start_of(table, vscg::seed{1});
  const auto numbers = [&](const char* name) { return part(table, buffer, name); };
  for (const std::string array : {"weight", "bias"}) {
    const auto first = numbers(("deep.inner.one." + array).c_str());
    for (const std::string copy : {"deep.inner.two.", "other.one.", "other.two."}) {
      CHECK(numbers((copy + array).c_str()) == first);
    }
    CHECK(numbers(("alone." + array).c_str()) != first);
  }
  CHECK(table.storage.size() == 10);
  // The first has the numbers of its name.
  nest by_itself;
  const auto other_table = vscg::bind_parameters(by_itself);
  CHECK(other_table.find("inner.two.weight")->starts_as == "inner.one.weight");
  CHECK(table.find("other.two.weight")->starts_as == "deep.inner.one.weight");
  CHECK(table.find("alone.bias")->starts_as == "alone.bias");
}
