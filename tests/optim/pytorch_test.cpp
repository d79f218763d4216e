// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/io/safetensors.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/optim/adamw.hpp>
#include <vscg/optim/gradient_clip.hpp>
#include <vscg/optim/sgd.hpp>

// Optimizers and clipping with PyTorch's names give PyTorch's numbers. pytorch/record.py made the file.

namespace {

using ranges = std::vector<vscg::parameter_range>;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::size_t elements = 11;
const ranges all{{0, 6}, {6, 4}, {10, 1}};

struct recording {
  vscg::io::safetensors_file file;
  std::vector<double> start = read("start"), gradients = read("gradients");
  std::vector<double> read(const std::string& name) const { return file.read<double>(file.at(name)); }
};

std::optional<recording> recorded() {
  const char* const tests = std::getenv("VSCG_TESTS_DIR");
  if (tests != nullptr) {
    const auto path = std::filesystem::path(tests) / "optim/pytorch/optimizers.safetensors";
    return recording{vscg::io::safetensors_file::open(path)};
  }
  MESSAGE("skipped: VSCG_TESTS_DIR does not name the folder of the tests");
  return std::nullopt;
}

/// Takes recorded steps one by one and compares the weights after each.
template <class Optimizer>
struct replayed {
  const recording& from;
  std::string name;
  vscg::threads threads{1};
  vscg::cpu::executor<double> backend{threads};
  std::vector<double> expected = from.read(name), weights = from.start;
  std::size_t step = 0;
  double worst = 0;

  template <class State>
  void steps(State& state, vscg::gradient_clip<double, vscg::host_memory>& clip, const Optimizer& settings,
             std::size_t count) {
    const auto numbers = settings.numbers();
    const double loss = 1;
    for (; count > 0; --count, ++step) {
      const auto begin = from.gradients.begin() + static_cast<std::ptrdiff_t>(step * elements);
      std::vector<double> gradients(begin, begin + elements);
      const double* const guarded = clip.apply(backend, &loss, gradients.data());
      state.update(&numbers, backend, guarded, gradients.data(), weights.data());
      CHECK(*state.taken() == 1);
      for (std::size_t i = 0; i < elements; ++i) {
        const double error = std::abs(weights[i] - expected[step * elements + i]);
        worst = error <= worst ? worst : error;  // also if it is NaN
      }
    }
  }
};

template <class Optimizer>
using state_of = typename Optimizer::template state<double, vscg::cpu>;

template <class Optimizer>
void follows(const recording& from, const std::string& name, const Optimizer& settings, double norm = infinity,
             double value = infinity, const ranges& arrays = all) {
  INFO(name);
  replayed<Optimizer> run{from, name};
  state_of<Optimizer> state(Optimizer::name, elements, arrays);
  vscg::gradient_clip<double, vscg::host_memory> clip(norm, value, arrays);
  run.steps(state, clip, settings, 5);
  CHECK(run.worst <= 1e-12);
}

/// The second array is reached from the third step on. Another state goes on there.
template <class Optimizer>
void follows_late(const recording& from, const std::string& name, const Optimizer& settings) {
  INFO(name);
  replayed<Optimizer> run{from, name};
  vscg::gradient_clip<double, vscg::host_memory> none(infinity, infinity, all);
  state_of<Optimizer> before(Optimizer::name, elements, {{0, 6}, {6, 4, 1, false}, {10, 1}});
  run.steps(before, none, settings, 2);
  state_of<Optimizer> after(Optimizer::name, elements, all);
  for (int k = 1; k <= state_of<Optimizer>::moment_arrays; ++k) after.set_moments(k, before.moments(k));
  after.set_progress(before.progress(), before.progress_of_arrays());
  run.steps(after, none, settings, 3);
  CHECK(run.worst <= 1e-12);
  CHECK(after.progress_of_arrays() == std::vector<std::uint64_t>{1, 2, 1});
  CHECK(after.progress()[0] == 5);
  CHECK(after.progress()[after.progress().size() / 2] == 3);
}

}  // namespace

TEST_CASE("optimizers follow PyTorch's with every setting") {
  const auto from = recorded();
  if (!from) return;
  follows(*from, "adam", vscg::adam{0.1});
  follows(*from, "adam_settings",
          vscg::adam{.learning_rate = 0.2, .beta1 = 0.7, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.3});
  follows(*from, "adamw", vscg::adamw{0.1});
  follows(*from, "adamw_settings",
          vscg::adamw{.learning_rate = 0.2, .beta1 = 0.7, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.3});
  follows(*from, "adamw_rates", vscg::adamw{0.1}, infinity, infinity, {{0, 6}, {6, 4, 0.5}, {10, 1}});
  follows(*from, "sgd", vscg::sgd{0.1});
  follows(*from, "sgd_settings",
          vscg::sgd{.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.4, .weight_decay = 0.3});
  follows(*from, "sgd_nesterov",
          vscg::sgd{.learning_rate = 0.1, .momentum = 0.8, .weight_decay = 0.1, .nesterov = true});
}

TEST_CASE("momentum that begins later begins as PyTorch's") {
  const auto from = recorded();
  if (!from) return;
  replayed<vscg::sgd> run{*from, "sgd_momentum_from_third_step"};
  state_of<vscg::sgd> state("sgd", elements, all);
  vscg::gradient_clip<double, vscg::host_memory> none(infinity, infinity, all);
  run.steps(state, none, {.learning_rate = 0.1, .dampening = 0.5}, 2);
  run.steps(state, none, {.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.5}, 3);
  CHECK(run.worst <= 1e-12);
}

TEST_CASE("clipping follows PyTorch's, by norm, by value and both") {
  const auto from = recorded();
  if (!from) return;
  follows(*from, "clip_grad_norm", vscg::sgd{0.1}, 0.5);
  follows(*from, "clip_grad_value", vscg::sgd{0.1}, infinity, 0.4);
  follows(*from, "clip_both", vscg::sgd{0.1}, 0.5, 0.4);
}

TEST_CASE("an array that the loss reaches later counts its own steps, as in PyTorch") {
  const auto from = recorded();
  if (!from) return;
  follows_late(*from, "adam_late", vscg::adam{0.1});
  follows_late(*from, "sgd_late", vscg::sgd{.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.4});
}
