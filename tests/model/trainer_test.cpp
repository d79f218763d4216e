// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/profile.hpp>
#include <vscg/model/trainer.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"

using namespace small_training;

TEST_CASE("training lowers the loss, and reports its named terms") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{2}, of(8));
  const data d(8);
  const auto first = t.step(d.x, d.y);
  CHECK(first.names[0] == std::string("distance"));
  CHECK(first.total == first.terms[0]);
  CHECK(first.terms[1] == first.terms[0] / 2);
  vscg::loss_report<2> last;
  for (int i = 0; i < 200; ++i) last = t.step(d.x, d.y);
  CHECK(last.total < first.total / 10);
  CHECK(t.steps() == 201);
}

TEST_CASE("a trainer times its steps, forward and back, and moves nothing") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{2}, of(8));
  const data d(8);
  const auto loss = t.gradients(d.x, d.y).total;
  const auto report = vscg::profile({1e9, 2e9}, t, d.x, d.y);
  REQUIRE(report.steps.size() == t.steps_traced().steps().size());
  CHECK(report.steps.back().operation == "linear(first.weight) back");
  for (const auto& step : report.steps) CHECK(step.seconds > 0);
  CHECK(report.text().find(" mse_loss(loss) ") != std::string::npos);
  CHECK(describe(t).find(" d linear(last.weight)\n") != std::string::npos);
  const std::string optimizer = std::to_string(t.state().bytes()) + " of the optimizer, ";
  CHECK(describe(t).find(optimizer) != std::string::npos);
  CHECK(t.gradients(d.x, d.y).total == loss);
  CHECK(t.steps() == 0);
}

TEST_CASE("weights that the loss does not reach, or only where no gradient flows, never move") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const data d(8);
  for (const char* name : {"unused.weight", "unused.bias", "fixed.weight", "fixed.bias"}) {
    INFO(name);
    const auto before = net.weights().get(name);
    t.step(d.x, d.y);
    CHECK(net.weights().get(name) == before);
    CHECK(!t.reached(net.weights().table().find(name)->id));
  }
  const auto before = net.weights().get("first.weight");
  t.step(d.x, d.y);
  CHECK(net.weights().get("first.weight") != before);
}

TEST_CASE("a gradient flows through `first` only by the part that takes one") {
  // d/dw of |last(h) + constant|², with the constant that `fixed` gives now: compare with differences.
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const data d(8);
  t.gradients(d.x, d.y);
  const auto bias = t.gradient(*net.weights().table().find("last.bias"));
  auto values = net.weights().get("last.bias");
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto moved = values;
    moved[i] = values[i] + 1e-5;
    net.weights().set("last.bias", moved);
    const double above = t.gradients(d.x, d.y).total;
    moved[i] = values[i] - 1e-5;
    net.weights().set("last.bias", moved);
    const double below = t.gradients(d.x, d.y).total;
    net.weights().set("last.bias", values);
    CHECK(bias[i] == doctest::Approx((above - below) / 2e-5).epsilon(1e-6));
  }
}

TEST_CASE("the first step of Adam moves each weight by the learning rate against its gradient") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const data d(8);
  const auto before = net.weights().get("last.weight");
  t.step(d.x, d.y);
  const auto gradient = t.gradient(*net.weights().table().find("last.weight"));
  const auto after = net.weights().get("last.weight");
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double moved = -1e-2 * gradient[i] / (std::abs(gradient[i]) + 1e-8);
    CHECK(after[i] - before[i] == doctest::Approx(moved).epsilon(1e-9));
  }
}

TEST_CASE("a run goes on with the same bits from weights, moments and steps") {
  const data d(8);
  model whole{vscg::seed{1}};
  trainer a(whole, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8, 3, true));
  for (int i = 0; i < 4; ++i) a.step(d.x, d.y);
  model cut{vscg::seed{1}};
  trainer b(cut, vscg::adam{1e-2}, squared_distance{}, vscg::threads{2}, of(8, 3, true));
  b.step(d.x, d.y);
  b.step(d.x, d.y);
  model resumed{vscg::seed{9}};
  for (const auto& entry : cut.weights().table().entries)
    resumed.weights().set(entry.name, cut.weights().get(entry.name));
  trainer c(resumed, vscg::adam{1e-2}, squared_distance{}, vscg::threads{3}, of(8, 3, true));
  c.state().set_moments(1, std::span<const double>(b.state().moments(1)));
  c.state().set_moments(2, std::span<const double>(b.state().moments(2)));
  c.state().set_progress(b.state().progress());
  c.set_steps(b.steps());
  c.step(d.x, d.y);
  c.step(d.x, d.y);
  CHECK(flat(resumed) == flat(whole));
}

TEST_CASE("a batch may be smaller than the trainer's, and the loss is the mean over it") {
  const data d(8);
  model net{vscg::seed{1}};
  trainer large(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(100, 3));
  trainer exact(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  CHECK(large.gradients(d.x, d.y).total == doctest::Approx(exact.gradients(d.x, d.y).total).epsilon(1e-12));
}

TEST_CASE("arrays of wrong shapes are refused by name, and nothing changes") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const data d(8);
  const data more(9);
  const std::vector<double> none;
  const auto before = flat(net);
  CHECK(error_of([&] { t.step(d.x, more.y); }) ==
        "target 0: expected [8, 2], as many items as input 0, found 9 items (18 numbers)");
  CHECK(error_of([&] { t.step(d.y, d.x); }) == "input 0: expected [N, 3], found 16 numbers");
  CHECK(error_of([&] { t.step(std::span<const double>(d.x).subspan(1), d.y); }) ==
        "input 0: expected [N, 3], found 23 numbers");
  CHECK(error_of([&] { t.gradients(d.x, std::span<const double>(d.y).subspan(1)); }) ==
        "target 0: expected [N, 2], found 15 numbers");
  CHECK(error_of([&] { t.step(more.x, more.y); }) == "trainer::step: expected 1 to 8 items, found 9");
  CHECK(error_of([&] { t.step(none, none); }) == "trainer::step: expected 1 to 8 items, found 0");
  CHECK(error_of([&] { trainer(net, vscg::adam{}, squared_distance{}, vscg::threads{1}, of(0)); }) ==
        "trainer_options.batch: expected at least 1, found 0");
  CHECK(flat(net) == before);
  CHECK(t.steps() == 0);
}

TEST_CASE("a step takes Eigen's matrices as a session does: in place, or not at all") {
  const data d(8);
  model expected{vscg::seed{1}};
  trainer of_vectors(expected, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const matrix x = Eigen::Map<const matrix>(d.x.data(), 8, 3);
  CHECK(t.step(x, Eigen::Map<const matrix>(d.y.data(), 8, 2)).total == of_vectors.step(d.x, d.y).total);
  CHECK(error_of([&] { t.step(Eigen::Map<const matrix>(d.x.data(), 4, 6), d.y); }) ==
        "input 0: expected [N, 3], found [4, 6]");
  CHECK(error_of([&] { t.step(x, matrix(7, 2)); }) ==
        "target 0: expected [8, 2], as many items as input 0, found 7 items (14 numbers)");
  CHECK(flat(net) == flat(expected));
  matrix wide = matrix::Zero(8, 5);
  wide.rightCols<2>() = Eigen::Map<const matrix>(d.y.data(), 8, 2);
  CHECK(error_of([&] { t.step(x, wide.rightCols<2>()); }) ==
        "target 0: expected a contiguous row-major array, found strides [5, 1]");
  CHECK(flat(net) == flat(expected));
}

TEST_CASE("a number that is not finite is named in a batch, or traced to its operation") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8, 3));
  const auto before = flat(net);
  data bad(8);
  bad.y[13] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(t.step(bad.x, bad.y), vscg::not_finite);
  CHECK(error_of([&] { t.step(bad.x, bad.y); }) ==
        "step 1: target 0, item 6 (element 1): expected finite numbers, found infinity");
  bad.x[11] = std::nan("");
  CHECK(error_of([&] { t.step(bad.x, bad.y); }) ==
        "step 1: input 0, item 3 (element 2): expected finite numbers, found NaN");
  bad = data(8);
  bad.x[11] = bad.y[13] = std::numeric_limits<double>::max();
  CHECK(error_of([&] { t.step(bad.x, bad.y); }).find("comes from mse_loss") != std::string::npos);
  const data good(8);
  const std::size_t place = net.weights().table().find("first.weight")->offset;
  const double weight = std::exchange(net.weights().data()[place], std::nan(""));
  CHECK(error_of([&] { t.step(good.x, good.y); }).find("comes from linear(first.weight)") != std::string::npos);
  net.weights().data()[place] = weight;
  CHECK(flat(net) == before);
  t.step(good.x, good.y);
  CHECK(flat(net) != before);
}

TEST_CASE("a gradient that overflows is refused even if the loss does not overflow") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(1));
  data d(1);
  d.y = {1e150, 0};
  // A gradient from a distance of 1e150 meets weights whose products cancel exactly on the way to the loss.
  const double large = std::ldexp(1.0, 600);
  net.weights().set("last.weight", std::vector<double>{large, -large, 0, 0, 0, 0, 0, 0});
  auto first = net.weights().get("first.weight");
  auto bias = net.weights().get("first.bias");
  for (std::size_t i = 0; i < 3; ++i) first[3 + i] = first[i];
  bias[1] = bias[0];
  net.weights().set("first.weight", first);
  net.weights().set("first.bias", bias);
  CHECK(std::isfinite(t.gradients(d.x, d.y).total));
  const auto before = flat(net);
  CHECK(error_of([&] { t.step(d.x, d.y); }).find("comes from the gradient of linear(last.weight)") !=
        std::string::npos);
  CHECK(flat(net) == before);
}

TEST_CASE("two trainers of two models run at the same time") {
  const data d(8);
  model expected{vscg::seed{1}};
  trainer alone(expected, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8, 0, true));
  for (int i = 0; i < 5; ++i) alone.step(d.x, d.y);
  std::vector<std::vector<double>> got(2);
  std::vector<std::thread> callers;
  for (std::size_t k = 0; k < 2; ++k) {
    callers.emplace_back([&, k] {
      model mine{vscg::seed{1}};
      trainer t(mine, vscg::adam{1e-2}, squared_distance{}, vscg::threads{2}, of(8, 0, true));
      for (int i = 0; i < 5; ++i) t.step(d.x, d.y);
      got[k] = flat(mine);
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(got[0] == flat(expected));
  CHECK(got[1] == flat(expected));
}
