// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/error.hpp>
#include <vscg/model/weights.hpp>
#include <vscg/nn/linear.hpp>

using layer = vscg::nn::linear<3, 2>;
using weights = vscg::weights<layer, float, vscg::cpu>;

TEST_CASE("weights start as drawn from a seed, or as zeros") {
  const weights drawn(vscg::seed{1});
  const weights again(vscg::seed{1});
  const weights other(vscg::seed{2});
  const weights none(vscg::zeroed);
  CHECK(drawn.count() == 8);
  CHECK(none.count() == 8);
  CHECK(drawn.get("weight") == again.get("weight"));
  CHECK(drawn.get("weight") != other.get("weight"));
  for (const char* name : {"weight", "bias"}) {
    const std::vector<float> values = none.get(name);
    CHECK(std::all_of(values.begin(), values.end(), [](float x) { return x == 0.0F; }));
  }
}

TEST_CASE("an array is replaced whole, under its name") {
  weights w(vscg::zeroed);
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  w.set("weight", values);
  CHECK(w.get("weight") == values);
  CHECK_THROWS_WITH_AS(w.set("weights", values), doctest::Contains("weights"), vscg::expectation_error);
  CHECK_THROWS_WITH_AS(w.set("bias", values), doctest::Contains("bias"), vscg::expectation_error);
}
