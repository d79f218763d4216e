// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/optim/adam.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"

// What a trainer refuses, and that it then changes nothing.

using namespace small_training;

namespace {

using single = vscg::model<small_network, float, vscg::cpu>;
using single_trainer = vscg::trainer<single, vscg::adam, squared_distance>;

}  // namespace

TEST_CASE("a step that would make a weight or a moment infinite or NaN is refused whole, naming the array") {
  const data d(8);
  const std::vector<float> x(d.x.begin(), d.x.end());
  const std::vector<float> y(d.y.begin(), d.y.end());
  for (const std::size_t threads : {1U, 3U}) {
    single net{vscg::seed{1}};
    single_trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{threads}, of(8, 3));
    t.step(x, y);
    const auto before = flat(net);
    const auto first = t.state().moments(1);
    const auto second = t.state().moments(2);
    const auto progress = t.state().progress();
    const auto expect_unchanged = [&] {
      CHECK(flat(net) == before);
      CHECK(t.state().moments(1) == first);
      CHECK(t.state().moments(2) == second);
      CHECK(t.state().progress() == progress);
      CHECK(t.steps() == 1);
    };
    t.optimizer.learning_rate = 2e38;
    const std::string large_rate = error_of([&] { t.step(x, y); });
    CHECK(large_rate.find("step 2: expected finite moments and weights, found that it would spoil weight '") == 0);
    CHECK(large_rate.find("learning rate 2e+38)") != std::string::npos);
    expect_unchanged();

    // Finite loss and finite gradients whose square is not finite: the features enter only the first layer.
    t.optimizer.learning_rate = 1e-2;
    auto weight = net.weights().get("first.weight");
    const std::vector<float> zeros(weight.size(), 0);
    net.weights().set("first.weight", zeros);
    std::vector<float> far(x.size(), 1e21F);
    CHECK(std::isfinite(t.gradients(far, y).total));
    for (const float g : t.gradient(*net.weights().table().find("first.weight"))) CHECK(std::isfinite(g));
    CHECK_THROWS_AS(t.step(far, y), vscg::not_finite);
    const std::string large_gradient = error_of([&] { t.step(far, y); });
    CHECK(large_gradient.find("that it would spoil the second moment of weight 'first.weight' (gradients up to ") !=
          std::string::npos);
    CHECK(net.weights().get("first.weight") == zeros);
    net.weights().set("first.weight", weight);
    expect_unchanged();
    t.step(x, y);
    CHECK(flat(net) != before);
  }
}

TEST_CASE("large finite numbers do not make a trainer refuse a step, however many there are") {
  single net{vscg::seed{1}};
  single_trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const std::vector<float> large(12, std::numeric_limits<float>::max() / 2);
  net.weights().set("first.weight", large);
  const std::vector<float> x(24, 0.0F);  // which these weights do not move
  const std::vector<float> y(16, 1.0F);
  t.step(x, y);
  CHECK(t.steps() == 1);
  CHECK(net.weights().get("first.weight") == large);
}

TEST_CASE("impossible settings of Adam are refused, at first and before each step") {
  model net{vscg::seed{1}};
  const auto before = flat(net);
  const data d(8);
  const auto set = [](double rate, double beta1, double beta2, double epsilon) {
    vscg::adam settings{rate};
    settings.beta1 = beta1;
    settings.beta2 = beta2;
    settings.epsilon = epsilon;
    return settings;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::nan("");
  trainer t(net, vscg::adam{}, squared_distance{}, vscg::threads{1}, of(8));
  for (const auto& [settings, message] : std::vector<std::pair<vscg::adam, std::string>>{
           {set(nan, 0.9, 0.999, 1e-8),
            "adam: learning_rate: expected a finite number of at least 0, also when rounded to the scalar, found nan"},
           {set(infinity, 0.9, 0.999, 1e-8),
            "adam: learning_rate: expected a finite number of at least 0, also when rounded to the scalar, found inf"},
           {set(-1, 0.9, 0.999, 1e-8),
            "adam: learning_rate: expected a finite number of at least 0, also when rounded to the scalar, found -1"},
           {set(1, 1, 0.999, 1e-8), "adam: beta1: expected a number of at least 0 and below 1, found 1"},
           {set(1, -0.1, 0.999, 1e-8), "adam: beta1: expected a number of at least 0 and below 1, found -0.1"},
           {set(1, 0.9, nan, 1e-8), "adam: beta2: expected a number of at least 0 and below 1, found nan"},
           {set(1, 0.9, 1.5, 1e-8), "adam: beta2: expected a number of at least 0 and below 1, found 1.5"},
           {set(1, 0.9, 0.999, 0),
            "adam: epsilon: expected a finite number above 0, also when rounded to the scalar, "
            "found 0"},
           {set(1, 0.9, 0.999, -1),
            "adam: epsilon: expected a finite number above 0, also when rounded to the scalar, "
            "found -1"}}) {
    const auto& wrong = settings;
    CHECK(error_of([&] { trainer(net, wrong, squared_distance{}, vscg::threads{1}, of(8)); }) == message);
    t.optimizer = wrong;
    CHECK(error_of([&] { t.step(d.x, d.y); }) == message);
  }
  CHECK(flat(net) == before);
  CHECK(t.steps() == 0);
  CHECK(error_of([&] { set(1, 0.9, 0.999, 1e-60).check<double>(); }) == "");
  CHECK(error_of([&] { set(1, 0.9, 0.999, 1e-60).check<float>(); }).find("adam: epsilon: ") == 0);
  CHECK(error_of([&] { set(1, 0.9, 1 - 1e-12, 1e-8).check<float>(); }).find("adam: beta2: ") == 0);
  CHECK(error_of([&] { set(1e300, 0.9, 0.999, 1e-8).check<float>(); }).find("adam: learning_rate: ") == 0);
  CHECK(error_of([&] { set(0, 0, 0, 1).check<float>(); }) == "");
}

TEST_CASE("what a checkpoint hands back is taken whole or refused with a message") {
  model net{vscg::seed{1}};
  trainer t(net, vscg::adam{}, squared_distance{}, vscg::threads{1}, of(8));
  const data d(8);
  t.step(d.x, d.y);
  const auto first = t.state().moments(1);
  const auto second = t.state().moments(2);
  const auto progress = t.state().progress();
  CHECK(error_of([&] { t.state().set_progress({1.0}); }) == "adam: progress: expected 3 numbers, found 1");
  CHECK(error_of([&] { t.state().set_progress({1, 0.9, 0.999, 0}); }) == "adam: progress: expected 3 numbers, found 4");
  CHECK(error_of([&] { t.state().set_progress({}); }) == "adam: progress: expected 3 numbers, found 0");
  CHECK(error_of([&] {
          t.state().set_progress({1, std::nan(""), 0.999});
        }) == "adam: progress: expected finite numbers, found nan at 1");
  CHECK(error_of([&] {
          t.state().set_progress({1.5, 0.9, 0.999});
        }) == "adam: progress: expected a number of steps, found 1.5");
  CHECK(error_of([&] {
          t.state().set_progress({1, 0.9, 1.01});
        }) == "adam: progress: expected powers from 0 to 1, found 1.01");
  const std::string size = std::to_string(t.state().elements());
  CHECK(error_of([&] {
          t.state().set_moments(1, std::vector<double>{1, 2, 3});
        }) == "adam: first moments: expected " + size + " numbers, found 3");
  CHECK(error_of([&] { t.state().set_moments(7, second); }) ==
        "adam: moments: expected 1 or 2: first or second, found 7");
  CHECK(error_of([&] { t.state().moments(0); }) == "adam: moments: expected 1 or 2: first or second, found 0");
  auto wrong = second;
  wrong[5] = std::numeric_limits<double>::infinity();
  CHECK(error_of([&] { t.state().set_moments(1, wrong); }) ==
        "adam: first moments: expected finite numbers, found inf at 5");
  wrong[5] = -0.5;
  CHECK(error_of([&] { t.state().set_moments(2, wrong); }) ==
        "adam: second moments: expected numbers of at least 0, found -0.5");
  CHECK(error_of([&] { t.set_steps(~std::uint64_t{0}); }).find("trainer::set_steps: expected at most ") == 0);
  CHECK(t.state().moments(1) == first);
  CHECK(t.state().moments(2) == second);
  CHECK(t.state().progress() == progress);
  CHECK(t.steps() == 1);
}

TEST_CASE("an error names the option of a batch that no memory could hold") {
  model net{vscg::seed{1}};
  const std::size_t many = std::size_t{1} << 60U;
  CHECK(error_of([&] {
          trainer(net, vscg::adam{}, squared_distance{}, vscg::threads{1}, of(many));
        }).find("trainer_options.batch: expected at most ") == 0);
  CHECK(error_of([&] {
          trainer(net, vscg::adam{}, squared_distance{}, vscg::threads{1}, of(many, many));
        }).find("trainer_options.micro_batch: expected at most ") == 0);
  trainer t(net, vscg::adam{}, squared_distance{}, vscg::threads{1}, of(many, 8));  // a bound, not an array
  const data d(20);
  CHECK(t.step(d.x, d.y).total > 0);
}

TEST_CASE("a trainer goes on with what its model holds now, and says when that is gone") {
  const data d(8);
  model expected{vscg::seed{2}};
  const auto gradients_of = [&](trainer& t) {
    t.gradients(d.x, d.y);
    return t.gradient(*expected.weights().table().find("first.weight"));
  };
  trainer of_expected(expected, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const auto right = gradients_of(of_expected);
  auto net = std::make_unique<model>(vscg::seed{1});
  trainer t(*net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  *net = model{vscg::seed{2}};
  CHECK(gradients_of(t) == right);
  t.step(d.x, d.y);
  of_expected.step(d.x, d.y);
  CHECK(flat(*net) == flat(expected));
  const std::string gone = "weights: expected numbers, found none: they were moved to another object or destroyed";
  model elsewhere(std::move(*net));
  CHECK(error_of([&] { t.step(d.x, d.y); }) == gone);
  CHECK(flat(elsewhere) == flat(expected));
  std::swap(*net, elsewhere);
  t.step(d.x, d.y);
  CHECK(flat(*net) != flat(expected));
  net.reset();
  CHECK(error_of([&] { t.step(d.x, d.y); }) == gone);
  CHECK(error_of([&] { t.gradients(d.x, d.y); }) == gone);
}

template <class Model>
concept Trained = std::is_constructible_v<trainer, Model, vscg::adam, squared_distance>;
static_assert(Trained<model&> && !Trained<model> && !Trained<const model&>);
