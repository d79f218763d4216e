// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/members.hpp>

namespace {

struct leaf {
  int value = 0;
  VSCG_MEMBERS(value)
};

struct nothing {
  VSCG_MEMBERS()
};

struct pair {
  leaf first, second;
  VSCG_MEMBERS(first, second)
};

/// Renamed, spliced, and one member under two names.
struct renamed {
  leaf a, b;
  VSCG_NAMED_MEMBERS((a, "alpha", 0), (b, ""), (a, "beta", 1))
};

struct many {
  int m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19;
  int n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19;
  VSCG_MEMBERS(m00, m01, m02, m03, m04, m05, m06, m07, m08, m09, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, n00,
               n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19)
};

struct not_listed {
  int a, b;
};

static_assert(vscg::field_count<leaf> == 1);
static_assert(vscg::field_count<nothing> == 0);
static_assert(vscg::field_count<pair> == 2);
static_assert(vscg::field_count<many> == 40);
static_assert(vscg::field_count<not_listed> == 2);
static_assert(vscg::HasMembers<pair> && !vscg::HasMembers<not_listed> && !vscg::HasMembers<int>);
static_assert(pair::listed_members() == 2);
static_assert(renamed::listed_members() == 2, "two names of one member are one member");

template <class Type>
std::vector<std::string> names_of(Type value) {
  std::vector<std::string> names;
  vscg::visit_members(value, [&](auto&, std::string_view name, int slice = 0) {
    names.push_back(std::string(name) + "/" + std::to_string(slice));
  });
  return names;
}

}  // namespace

TEST_CASE("members are visited in the order of the list, under its names") {
  CHECK(names_of(pair{}) == std::vector<std::string>{"first/0", "second/0"});
  CHECK(names_of(renamed{}) == std::vector<std::string>{"alpha/0", "/0", "beta/1"});
  CHECK(names_of(nothing{}).empty());
  const auto forty = names_of(many{});
  REQUIRE(forty.size() == 40);
  CHECK(forty.front() == "m00/0");
  CHECK(forty.back() == "n19/0");
}

TEST_CASE("a visit may change members, and can read constant ones") {
  pair value;
  int next = 1;
  vscg::visit_members(value, [&](auto& child, std::string_view) { child.value = next++; });
  CHECK(value.first.value == 1);
  CHECK(value.second.value == 2);
  const pair fixed = value;
  int sum = 0;
  vscg::visit_members(fixed, [&](const auto& child, std::string_view) { sum += child.value; });
  CHECK(sum == 3);
}
