// SPDX-License-Identifier: MIT
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/describe.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/loss.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/cosine_similarity.hpp>
#include <vscg/optim/adam.hpp>

#include "nn/loss_numbers.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"

// Losses as a trainer takes them, against PyTorch's numbers.

using namespace vscg;

namespace {

/// Its outputs are its inputs, moved by what it learns.
template <int... Extents>
struct moved {
  parameter<init::zeros, Extents...> by;
  VSCG_MEMBERS(by)
  using inputs = input_shapes<shape<dyn, Extents...>>;
  auto operator()(auto x) const { return x + operand(x, by); }
};
using steps_net = model<moved<3, 5>, double, cpu>;
using one_step_net = model<moved<5>, double, cpu>;

std::vector<double> outputs() {
  std::vector<double> x;
  for (int i = 0; i < 60; ++i) x.push_back(2 * std::sin(i));
  return x;
}
std::vector<double> between() {
  std::vector<double> x;
  for (int i = 0; i < 60; ++i) x.push_back(0.5 + 0.5 * std::cos(i));
  return x;
}
std::vector<std::int32_t> classes() {
  std::vector<std::int32_t> all;
  for (int r = 0; r < 12; ++r) all.push_back(r % 4 == 3 ? -100 : 7 * r % 5);
  return all;
}

template <class Net, class Loss, class X, class Target>
void check(const pytorch::recorded& expected, const Loss& loss, const X& x, const Target& target) {
  for (const std::size_t at_once : {4U, 3U}) {
    INFO("items at once: " << at_once);
    Net net{seed{1}};
    trainer t(net, adam{}, loss, threads{2}, {.batch = 4, .micro_batch = at_once});
    const auto report = t.gradients(x, target);
    CHECK(report.total == doctest::Approx(expected.loss).epsilon(1e-12));
    CHECK(report.terms[0] == report.total);
    const auto gradient = t.gradient(*net.weights().table().find("by"));
    for (std::size_t i = 0; i < gradient.size(); ++i)
      CHECK(gradient[i] == doctest::Approx(expected.gradient[i]).epsilon(1e-12));
  }
}

const std::vector<double> weight{0.5, 1, 1.5, 2, 2.5};

}  // namespace

TEST_CASE("cross-entropy has PyTorch's loss and gradients: ignored rows, label smoothing, weights, micro-batches") {
  check<steps_net>(pytorch::some_ignored, nn::cross_entropy_loss{}, outputs(), classes());
  check<steps_net>(pytorch::smoothed, nn::cross_entropy_loss{.label_smoothing = 0.1}, outputs(), classes());
  check<steps_net>(pytorch::weighted, nn::cross_entropy_loss{.weight = weight}, outputs(), classes());
  check<steps_net>(pytorch::smoothed_and_weighted, nn::cross_entropy_loss{0.1, weight}, outputs(), classes());
}

TEST_CASE("cross-entropy of one row an item") {
  std::vector<double> x;
  std::vector<std::int32_t> right;
  for (std::size_t item = 0; item < 4; ++item) {
    for (std::size_t c = 0; c < 5; ++c) x.push_back(outputs()[item * 15 + c]);
    const std::int32_t of_item = classes()[item * 3];
    right.push_back(of_item < 0 ? 2 : of_item);
  }
  check<one_step_net>(pytorch::one_class, nn::cross_entropy_loss{}, x, right);
}

TEST_CASE("the other losses have PyTorch's numbers") {
  check<steps_net>(pytorch::probabilities, nn::cross_entropy_with_probabilities_loss{}, outputs(), between());
  check<steps_net>(pytorch::probabilities_smoothed_and_weighted, nn::cross_entropy_with_probabilities_loss{0.1, weight},
                   outputs(), between());
  check<steps_net>(pytorch::bce_with_logits, nn::bce_with_logits_loss{}, outputs(), between());
  check<steps_net>(pytorch::mse, nn::mse_loss{}, outputs(), between());
  check<steps_net>(pytorch::l1, nn::l1_loss{}, outputs(), between());
}

TEST_CASE("classes that do not exist and targets of another shape are refused by name, and nothing moves") {
  steps_net net{seed{1}};
  trainer t(net, adam{}, nn::cross_entropy_loss{}, threads{1}, {.batch = 4});
  auto wrong = classes();
  wrong[11] = 5;
  CHECK(error_of([&] { t.step(outputs(), wrong); }) == "target 0, item 3: expected a class from 0 to 4, found 5");
  wrong.pop_back();
  CHECK(error_of([&] { t.step(outputs(), wrong); }) == "target 0: expected [N, 3], found 11 numbers");
  wrong.resize(9);
  CHECK(error_of([&] { t.step(outputs(), wrong); }) ==
        "target 0: expected [4, 3], as many items as input 0, found 3 items (9 numbers)");
  typename decltype(t)::resident videos(4);
  wrong = classes();
  wrong[0] = 12;
  CHECK(error_of([&] { videos.put(0, outputs(), wrong); }) ==
        "input 1, item 0: expected a class from 0 to 4, found 12");
  CHECK(t.steps() == 0);
  trainer numbers(net, adam{}, nn::mse_loss{}, threads{1}, {.batch = 4});
  CHECK(error_of([&] { numbers.step(outputs(), std::vector<double>(14)); }) ==
        "target 0: expected [N, 3, 5], found 14 numbers");
}

TEST_CASE("a batch in which no row has a class costs nothing and moves nothing") {
  steps_net net{seed{1}};
  trainer t(net, adam{}, nn::cross_entropy_loss{.weight = weight}, threads{1}, {.batch = 4});
  CHECK(t.step(outputs(), std::vector<std::int32_t>(12, -1)).total == 0);
  CHECK(net.weights().get("by") == std::vector<double>(15));
}

TEST_CASE("settings of cross-entropy that are of no use are refused") {
  steps_net net{seed{1}};
  const auto problem = [&](const auto& loss) { return error_of([&] { trainer(net, adam{}, loss); }); };
  CHECK(problem(nn::cross_entropy_loss{.label_smoothing = 2}) ==
        "nn::cross_entropy_loss: label_smoothing: expected a number from 0 to 1, found 2");
  CHECK(problem(nn::cross_entropy_loss{.weight = {1, 2, 3}}) ==
        "nn::cross_entropy_loss: weight: expected 5 numbers, found 3");
  CHECK(contains(problem(nn::cross_entropy_loss{.weight = {1, 2, 3, 4, -1}}),
                 "nn::cross_entropy_loss: weight: expected"));
  CHECK(contains(problem(nn::cross_entropy_with_probabilities_loss{.weight = {1}}), "expected 5 numbers, found 1"));
}

TEST_CASE("a drawing of a training step shows the weights of the classes as a constant") {
  steps_net net{seed{1}};
  const trainer t(net, adam{}, nn::cross_entropy_loss{.weight = weight}, threads{1}, {.batch = 4});
  CHECK(contains(describe(t.steps_traced(), 4), "constant"));
  CHECK(contains(dot(t.steps_traced()), "constant"));
}

namespace {

/// The example of `model/loss.hpp`.
struct angle_loss {
  template <class Output>
  using targets_for = input_shapes<shape_of<Output>>;
  static constexpr std::array<const char*, 1> term_names{"angle"};
  auto operator()(auto output, auto target) const { return batch_mean(1 - cosine_similarity(output, target)); }
};

}  // namespace

TEST_CASE("a loss of one's own takes its targets from the network's output") {
  one_step_net net{seed{1}};
  trainer t(net, adam{}, angle_loss{}, threads{1}, {.batch = 1});
  const std::vector<double> x{1, 0, 0, 0, 0};
  CHECK(t.gradients(x, x).total == doctest::Approx(0));
  CHECK(t.gradients(x, std::vector<double>{0, 2, 0, 0, 0}).total == doctest::Approx(1));
}
