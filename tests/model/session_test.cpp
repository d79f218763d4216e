// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/profile.hpp>
#include <vscg/model/session.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>

#include "support/error_of.hpp"
#include "support/in_child.hpp"
#include "support/sanitized.hpp"

using vscg::dyn;
using vscg::shape;

namespace {

/// Two inputs, one output.
struct network {
  vscg::nn::linear<3, 2> left;
  vscg::nn::linear<4, 2> right;
  VSCG_MEMBERS(left, right)
  using inputs = vscg::input_shapes<shape<dyn, 3>, shape<dyn, 2, 2>>;
  auto operator()(auto a, auto b) const {
    const auto from_left = left(a);
    return from_left + right(vscg::view<shape<dyn, 4>>(b));
  }
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
  session s(net.weights(), vscg::threads{2}, vscg::batch_capacity{7});
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

TEST_CASE("a session describes and times its steps and computes the same afterwards") {
  const model net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{2}, vscg::batch_capacity{7});
  const auto a = numbers(21);
  const auto b = numbers(28);
  const auto numbers_now = [&] {
    const auto values = s.infer(a, b).values();
    return std::vector<float>(values.begin(), values.end());
  };
  const auto before = numbers_now();
  const vscg::profile_report report = vscg::profile(s, a, b);
  REQUIRE(report.steps.size() == s.traced().steps().size());
  CHECK(report.items == 7);
  for (const auto& step : report.steps) {
    CHECK(step.seconds > 0);
    CHECK(step.seconds < report.seconds());
  }
  CHECK(report.steps[0].operation == "linear(left.weight)");
  CHECK(report.steps[0].flops == 2 * 7 * 3 * 2);
  CHECK(report.machine.flops > 1e6);
  CHECK(report.machine.bytes > 1e6);
  CHECK(report.text().find("% of product  % of copy\n0     linear(left.weight) ") != std::string::npos);
  CHECK(vscg::profile({1e9, 2e9}, s, a, b).machine.bytes == 2e9);
  const std::string all = describe(s);
  CHECK(all.find("\n2     add(after right) ") != std::string::npos);
  CHECK(all.find("  linear(right.weight) prepared\n") != std::string::npos);
  CHECK(all.find("\nmemory: " + std::to_string(s.memory()) + " bytes: ") != std::string::npos);
  CHECK(numbers_now() == before);
  CHECK(error_of([&] { vscg::profile(s, a, a); }) == error_of([&] { s.infer(a, a); }));
}

TEST_CASE("a session takes a model for its weights, and gives out no item that is not there") {
  const model net{vscg::seed{1}};
  vscg::session s(net, vscg::threads{1}, vscg::batch_capacity{7});
  const auto a = numbers(21);
  const auto b = numbers(28);
  const auto y = s.infer(a, b);
  CHECK(y.item(6).size() == 2);
  CHECK(error_of([&] { y.item(7); }) == "array: item: expected one below 7, the number of items, found 7");
  const auto kept = net.infer(a, b);
  CHECK(error_of([&] { kept.item(7); }) == "array: item: expected one below 7, the number of items, found 7");
}

TEST_CASE("a model takes any number of items, including none") {
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

TEST_CASE("a session uses what its weights hold now: after an assignment, a swap, an assignment back") {
  const auto a = numbers(3);
  const auto b = numbers(4);
  const auto of = [&](const model& net) { return net.infer(a, b).numbers; };
  model first{vscg::seed{1}};
  model second{vscg::seed{2}};
  const auto one = of(first);
  const auto two = of(second);
  const auto three = of(model{vscg::seed{3}});
  session s(first.weights());
  session other(second.weights());
  const auto said = [&](session& by) {
    const auto y = by.infer(a, b).values();
    return std::vector<float>(y.begin(), y.end());
  };
  CHECK(said(s) == one);
  std::swap(first, second);
  CHECK(said(s) == two);
  CHECK(said(other) == one);
  first = model{vscg::seed{3}};
  CHECK(said(s) == three);
  // Moved to another object: that one can have sessions, and this one's have nothing to compute with.
  model elsewhere(std::move(first));
  session moved(elsewhere.weights());
  CHECK(said(moved) == three);
  CHECK(error_of([&] { s.infer(a, b); }) ==
        "weights: expected numbers, found none: they were moved to another object or destroyed");
  CHECK(error_of([&] { first.weights().get("left.bias"); }).find("weights: expected numbers") == 0);
  CHECK(error_of([&] { first.infer(a, b); }).find("weights: expected numbers") == 0);
  CHECK(first.weights().count() == elsewhere.weights().count());
  first = model{vscg::seed{1}};
  CHECK(said(s) == one);
  auto& itself = first;
  first = std::move(itself);
  CHECK(said(s) == one);
}

TEST_CASE("a session whose weights are gone says so") {
  const auto a = numbers(3);
  const auto b = numbers(4);
  auto net = std::make_unique<model>(vscg::seed{1});
  session s(net->weights());
  s.infer(a, b);
  net.reset();
  net = std::make_unique<model>(vscg::seed{2});  // at the same address, as likely as not
  CHECK(error_of([&] { s.infer(a, b); }).find("weights: expected numbers, found none") == 0);
  std::vector<model> several;
  several.emplace_back(vscg::seed{1});
  session of_first(several[0].weights());
  several.reserve(several.capacity() + 1);
  CHECK(error_of([&] { of_first.infer(a, b); }).find("weights: expected numbers, found none") == 0);
}

template <class Weights>
concept TakenBySession = std::is_constructible_v<session, Weights, vscg::threads, vscg::batch_capacity>;
template <class Session>
concept Infers = requires(Session s, std::vector<float> x) {
  static_cast<Session>(s).infer(x, x);
};
using own_weights = vscg::weights<network, float, vscg::cpu>;
static_assert(TakenBySession<own_weights&> && TakenBySession<const own_weights&>);
static_assert(TakenBySession<decltype(std::declval<const model&>().weights())>);
static_assert(!TakenBySession<own_weights> && !TakenBySession<const own_weights>);
static_assert(!TakenBySession<decltype(std::declval<model>().weights())>);
template <class Model>
concept GivesWeights = requires(Model net) {
  static_cast<Model>(net).weights();
};
static_assert(GivesWeights<const model&> && !GivesWeights<const model>);
static_assert(std::is_same_v<decltype(std::declval<model>().weights()), own_weights>);  // a reference would dangle
static_assert(!std::is_constructible_v<session, own_weights> && std::is_constructible_v<session, own_weights&>);
static_assert(Infers<session&> && !Infers<session&&>);
static_assert(!std::is_move_constructible_v<session> && !std::is_copy_constructible_v<model>);

TEST_CASE("a temporary answer gives up its numbers instead of a view of them") {
  const auto a = numbers(6);
  const auto b = numbers(8);
  const model net{vscg::seed{1}};
  const auto kept = net.infer(a, b);
  const auto all = net.infer(a, b).values();
  const auto second = net.infer(a, b).item(1);
  static_assert(std::is_same_v<decltype(all), const std::vector<float>>);
  CHECK(all == kept.numbers);
  CHECK(second == std::vector<float>(kept.item(1).begin(), kept.item(1).end()));
  auto wrong = kept;
  wrong.items = 3;
  CHECK(error_of([&] { static_cast<void>(wrong.view()); }) == "array: expected 3 items, found 4 numbers");
}

TEST_CASE("a capacity that overflows or that no memory holds is refused with a message") {
  const model net{vscg::seed{1}};
  for (const std::size_t items : {std::size_t{1} << 60U, std::size_t{1} << 62U, ~std::size_t{0}}) {
    const std::string said = error_of([&] { session(net.weights(), vscg::threads{1}, vscg::batch_capacity{items}); });
    INFO(said);
    CHECK(said.find("capacity: expected at most ") == 0);
    CHECK(said.find(" items, found " + std::to_string(items)) != std::string::npos);
  }
  if (VSCG_TEST_SANITIZED != 0) return;  // a sanitizer's allocator ends the process
  const std::string said = in_child(std::size_t{64} << 20U, [&] {
    try {
      session(net.weights(), vscg::threads{1}, vscg::batch_capacity{std::size_t{1} << 24U});
    } catch (const vscg::out_of_memory& problem) {
      return std::string(problem.what());
    }
    return std::string();
  });
  CHECK(said.find("capacity: expected what the memory holds, such as ") == 0);
  CHECK(said.find("MiB), found 16777216 (") != std::string::npos);
}

TEST_CASE("Eigen's row-major matrices are taken as arrays if their numbers are contiguous") {
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
  Eigen::Matrix<float, 2, 5, Eigen::RowMajor> wide;
  wide.setZero();
  wide.rightCols<3>() = a;
  CHECK(error_of([&] { s.infer(wide.rightCols<3>(), b); }) ==
        "input 0: expected a contiguous row-major array, found strides [5, 1]");
}

TEST_CASE("arrays of wrong sizes are refused by name") {
  const model net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, vscg::batch_capacity{2});
  CHECK(error_of([&] { s.infer(numbers(4), numbers(4)); }) == "input 0: expected [N, 3], found 4 numbers");
  CHECK(error_of([&] { s.infer(numbers(3), numbers(5)); }) == "input 1: expected [N, 2, 2], found 5 numbers");
  CHECK(error_of([&] { s.infer(numbers(6), numbers(4)); }) ==
        "input 1: expected [2, 2, 2], as many items as input 0, found 1 items (4 numbers)");
  CHECK(error_of([&] { s.infer(numbers(9), numbers(12)); }) ==
        "inputs: expected at most 2 items, the session's batch_capacity, found 3");
  CHECK(error_of([&] { net.infer(numbers(4), numbers(4)); }).find("input 0: expected [N, 3]") == 0);
  CHECK(error_of([&] { net.infer(numbers(6), numbers(4)); }).find("input 1: expected [2, 2, 2], as many") == 0);
  const float plain[2][3] = {{1, 2, 3}, {4, 5, 6}};
  const float other[2][4] = {};
  const std::span<const float> same(plain[0], 6);
  CHECK(s.infer(plain, numbers(8)).values()[3] == net.infer(same, numbers(8)).numbers[3]);
  CHECK(error_of([&] { s.infer(plain, other); }) == "input 1: expected [N, 2, 2], found [2, 4]");
  CHECK(error_of([&] { s.infer(other, other[0]); }) == "input 0: expected [N, 3], found 8 numbers");
}

TEST_CASE(
    "asked to check, inference names an input that is not finite, or the first operation that makes such a number") {
  model net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, vscg::batch_capacity{20});
  auto a = numbers(60);
  auto b = numbers(80);
  CHECK(s.infer_checked(a, b).values()[7] == net.infer(a, b).numbers[7]);
  CHECK(net.infer_checked(a, b).numbers == net.infer(a, b).numbers);
  b[4 * 17 + 3] = std::numeric_limits<float>::infinity();
  CHECK(error_of([&] { s.infer(a, b); }).empty());
  const std::string input = "input 1, item 17 (element 3): expected finite numbers, found infinity";
  CHECK(error_of([&] { s.infer_checked(a, b); }) == input);
  CHECK(error_of([&] { net.infer_checked(a, b); }) == input);
  b[4 * 17 + 3] = a[3 * 18] = a[3 * 18 + 1] = 3e38F;
  net.weights().set("left.weight", std::vector<float>{1, 0, 0, 1, 1, 0});
  const std::string made =
      "output 0, item 18 (element 1): expected finite numbers, found infinity; the first number "
      "that is not finite comes from linear(left.weight)";
  CHECK(error_of([&] { s.infer_checked(a, b); }) == made);
  CHECK(error_of([&] { net.infer_checked(a, b); }) == made);
  CHECK_THROWS_AS(s.infer_checked(a, b), vscg::not_finite);
}

TEST_CASE("weights are replaced by name, whole or not at all") {
  model net{vscg::seed{1}};
  CHECK(net.weights().count() == 6 + 2 + 8 + 2);
  CHECK(error_of([&] { net.weights().set("left.weight", numbers(5)); }) ==
        "weight 'left.weight': expected 6 numbers, found 5");
  CHECK(error_of([&] {
          net.weights().set("right.bias", std::vector<float>{1, std::nanf("")});
        }) == "weight 'right.bias': expected finite numbers, found nan at 1");
  CHECK(net.weights().get("right.bias") == model{vscg::seed{1}}.weights().get("right.bias"));
  CHECK(error_of([&] { net.weights().get("left.wait"); }) ==
        "weight 'left.wait': expected a name of the network, found none such");
  net.weights().set("left.weight", numbers(6));
  CHECK(net.weights().get("left.weight") == numbers(6));
  CHECK(model{vscg::seed{1}}.weights().get("right.bias") == net.weights().get("right.bias"));
  CHECK(model{vscg::seed{2}}.weights().get("right.bias") != net.weights().get("right.bias"));
}
