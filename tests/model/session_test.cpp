// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/layers/linear.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/ops/add.hpp>

#include "support/error_of.hpp"

using vscg::dyn;
using vscg::shape;

namespace {

/// Two inputs, one output.
struct network {
  vscg::linear<3, 2> left;
  vscg::linear<4, 2> right;
  VSCG_MEMBERS(left, right)
  using inputs = vscg::input_shapes<shape<dyn, 3>, shape<dyn, 2, 2>>;
  auto operator()(auto a, auto b) const { return left(a) + right(vscg::reshape<shape<dyn, 4>>(b)); }
};

using model = vscg::model<network, float, vscg::cpu>;
using session = vscg::session<network, float, vscg::cpu>;

std::vector<float> numbers(std::size_t count) {
  std::vector<float> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = std::sin(static_cast<float>(i));
  return all;
}

}  // namespace

TEST_CASE("a session gives what the formula says, for any number of items up to its capacity") {
  const model net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{2}, vscg::capacity{7});
  CHECK(s.max_items() == 7);
  const auto a = numbers(21);
  const auto b = numbers(28);
  const auto weight = net.weights().get("left.weight");
  const auto bias = net.weights().get("left.bias");
  const auto right_weight = net.weights().get("right.weight");
  const auto right_bias = net.weights().get("right.bias");
  for (const std::size_t items : {7U, 1U, 3U, 0U}) {
    const auto y = s.infer(std::span<const float>(a).first(3 * items), std::span<const float>(b).first(4 * items));
    CHECK(y.items == items);
    CHECK(y.shape() == std::array<std::size_t, 2>{items, 2});
    REQUIRE(y.size() == 2 * items);
    for (std::size_t i = 0; i < 2 * items; ++i) {
      const std::size_t item = i / 2;
      const std::size_t o = i % 2;
      float expected = bias[o] + right_bias[o];
      for (std::size_t k = 0; k < 3; ++k) expected += weight[o * 3 + k] * a[item * 3 + k];
      for (std::size_t k = 0; k < 4; ++k) expected += right_weight[o * 4 + k] * b[item * 4 + k];
      CHECK(y.values()[i] == doctest::Approx(expected).epsilon(1e-5));
    }
  }
}

TEST_CASE("a model takes any number of items, also none") {
  const model net{vscg::seed{1}};
  const auto a = numbers(3 * 50);
  const auto b = numbers(4 * 50);
  const auto all = net.infer(a, b);
  REQUIRE(all.items == 50);
  CHECK(all.shape() == std::array<std::size_t, 2>{50, 2});
  session one(net.weights());
  for (std::size_t item = 0; item < 50; ++item) {
    const auto y =
        one.infer(std::span<const float>(a).subspan(3 * item, 3), std::span<const float>(b).subspan(4 * item, 4));
    CHECK(std::vector<float>(all.item(item).begin(), all.item(item).end()) ==
          std::vector<float>(y.item(0).begin(), y.item(0).end()));
  }
  const std::vector<float> none;
  CHECK(net.infer(none, none).size() == 0);
}

TEST_CASE("a session sees new weights at its next call") {
  model net{vscg::seed{1}};
  session s(net.weights());
  const auto a = numbers(3);
  const auto b = numbers(4);
  const float before = s.infer(a, b).values()[0];
  auto bias = net.weights().get("left.bias");
  bias[0] += 1;
  net.weights().set("left.bias", bias);
  CHECK(s.infer(a, b).values()[0] == doctest::Approx(before + 1).epsilon(1e-5));
}

TEST_CASE("Eigen's row-major matrices are arrays") {
  const model net{vscg::seed{1}};
  session s(net.weights());
  Eigen::Matrix<float, 2, 3, Eigen::RowMajor> a;
  a << 1, 2, 3, 4, 5, 6;
  const auto b = numbers(8);
  const auto y = s.infer(a, b);
  REQUIRE(y.items == 2);
  const std::vector<float> same{1, 2, 3, 4, 5, 6};
  const auto copy = std::vector<float>(y.values().begin(), y.values().end());
  const auto z = s.infer(same, b);
  CHECK(copy == std::vector<float>(z.values().begin(), z.values().end()));
}

TEST_CASE("arrays of wrong sizes are refused by name") {
  const model net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, vscg::capacity{2});
  CHECK(error_of([&] { s.infer(numbers(4), numbers(4)); }) == "input 0: expected [N, 3], found 4 numbers");
  CHECK(error_of([&] { s.infer(numbers(3), numbers(5)); }) == "input 1: expected [N, 2, 2], found 5 numbers");
  CHECK(error_of([&] { s.infer(numbers(6), numbers(4)); }) == "inputs: expected 2 items in each, found 1");
  CHECK(error_of([&] { s.infer(numbers(9), numbers(12)); }) ==
        "inputs: expected at most 2 items, the session's capacity, found 3");
  CHECK(error_of([&] { net.infer(numbers(4), numbers(4)); }).find("input 0: expected [N, 3]") == 0);
  CHECK(error_of([&] { net.infer(numbers(6), numbers(4)); }).find("inputs: expected 2 items in each") == 0);
}

TEST_CASE("weights are replaced by name, whole or not at all") {
  model net{vscg::seed{1}};
  CHECK(net.weights().count() == 6 + 2 + 8 + 2);
  CHECK(error_of([&] { net.weights().set("left.weight", numbers(5)); }) ==
        "weight 'left.weight': expected 6 numbers, found 5");
  CHECK(error_of([&] { net.weights().get("left.wait"); }) ==
        "weight 'left.wait': expected a name of the network, found none such");
  net.weights().set("left.weight", numbers(6));
  CHECK(net.weights().get("left.weight") == numbers(6));
  CHECK(model{vscg::seed{1}}.weights().get("right.bias") == net.weights().get("right.bias"));
  CHECK(model{vscg::seed{2}}.weights().get("right.bias") != net.weights().get("right.bias"));
}
