// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/model/trainer_snapshot.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/optim/adamw.hpp>
#include <vscg/optim/gradient_clip.hpp>
#include <vscg/optim/sgd.hpp>

#include "model/small_training.hpp"
#include "support/contains.hpp"
#include "support/error_of.hpp"

using namespace small_training;
using vscg::adam;
using vscg::adamw;
using vscg::sgd;

namespace {

/// An optimizer of one's own (Lion; Chen et al., 2023): each weight moves by the rate against the sign of a mean.
struct lion_rule {
  struct settings {
    double rate, beta1, beta2;
  };
  static constexpr int moments = 1;
  static constexpr vscg::moment_description moment_names[] = {{"mean", "means", false}};
  static constexpr const char* moment_choice = "1: the mean";
  struct progress {
    double steps = 0;
    progress next(const settings&) const { return {steps + 1}; }
    void check(const std::string&) const {}
  };
  template <class T>
  struct factors {
    T rate, beta1, beta2;
    factors scaled(T rate_scale) const { return {rate_scale * rate, beta1, beta2}; }
  };
  template <class T>
  static factors<T> factors_of(const settings& s, const progress&) {
    return {static_cast<T>(s.rate), static_cast<T>(s.beta1), static_cast<T>(s.beta2)};
  }
  template <class T, class V>
  static auto after(const factors<T>& f, V g, const vscg::kernels::element_state<V, 1>& now) {
    using vscg::math::where_greater;
    const V mean = V(f.beta1) * now.moment[0] + V(T(1) - f.beta1) * g;
    const V sign = where_greater(mean, V(0), V(1), where_greater(V(0), mean, V(-1), V(0)));
    const V next = V(f.beta2) * now.moment[0] + V(T(1) - f.beta2) * g;
    return vscg::kernels::element_state<V, 1>{{next}, now.weight - V(f.rate) * sign};
  }
};
struct lion {
  double learning_rate = 1e-4;
  double beta1 = 0.9;
  double beta2 = 0.99;
  static constexpr const char* name = "lion";
  using settings = lion_rule::settings;
  template <class Scalar, class Backend>
  using state = vscg::optimizer_state<lion_rule, Scalar, Backend>;
  settings numbers() const { return {learning_rate, beta1, beta2}; }
  template <class Scalar>
  void check() const {
    vscg::settings_check<Scalar>{name}.at_least_0("learning_rate", learning_rate);
  }
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F f) {
    f("learning_rate", s.learning_rate);
    f("beta1", s.beta1);
    f("beta2", s.beta2);
  }
};

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Optimizer, class Model = model>
using trainer_with = vscg::trainer<Model, Optimizer, squared_distance>;

/// The same parameters as in small_network, of which the loss now reaches `fixed` too.
struct second_phase {
  vscg::nn::linear<3, 4> first;
  vscg::nn::linear<4, 2> unused, fixed, last;
  vscg::nn::dropout drop{0.5};
  VSCG_MEMBERS(first, unused, fixed, last, drop)
  using inputs = input_shapes<shape<dyn, 3>>;
  auto operator()(auto x) const {
    const auto h = drop(tanh(first(x)));
    return last(h) + fixed(h);
  }
};
using second_model = vscg::model<second_phase, double, vscg::cpu>;

vscg::trainer_options clipped(double norm, double value = infinity, std::size_t micro_batch = 0) {
  auto options = of(8, micro_batch);
  options.clip_grad_norm = norm;
  options.clip_grad_value = value;
  return options;
}

std::vector<double> gradients_of(const auto& train) {
  std::vector<double> all;
  for (const auto& entry : train.table().entries) {
    const auto part = train.gradient(entry);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

double norm_of(const std::vector<double>& numbers) {
  double squares = 0;
  for (const double x : numbers) squares += x * x;
  return std::sqrt(squares);
}

/// The weights, moments and progress after clipped steps over many blocks.
template <class Optimizer, class Scalar>
std::vector<Scalar> after_steps(const Optimizer& settings, std::size_t threads) {
  constexpr std::size_t elements = 50000;
  const std::vector<vscg::parameter_range> arrays{{0, 30000}, {30000, 7, 0.5}, {30016, 19000}};
  vscg::cpu::executor<Scalar> backend{vscg::threads{threads}};
  typename Optimizer::template state<Scalar, vscg::cpu> state(Optimizer::name, elements, arrays);
  vscg::gradient_clip<Scalar, vscg::host_memory> clip(30, 0.9, arrays);
  const auto numbers = settings.numbers();
  const Scalar loss(1);
  std::vector<Scalar> weights(elements, Scalar(1));
  for (int step = 0; step < 3; ++step) {
    std::vector<Scalar> gradients(elements);
    for (std::size_t i = 0; i < elements; ++i) gradients[i] = static_cast<Scalar>(std::sin(static_cast<double>(i + 1)));
    state.update(&numbers, backend, clip.apply(backend, &loss, gradients.data()), gradients.data(), weights.data());
  }
  for (int k = 1; k <= state.moment_arrays; ++k) {
    const auto moments = state.moments(k);
    weights.insert(weights.end(), moments.begin(), moments.end());
  }
  return weights;
}

template <class Optimizer>
void same_bits(const Optimizer& settings) {
  INFO(Optimizer::name);
  CHECK(after_steps<Optimizer, float>(settings, 1) == after_steps<Optimizer, float>(settings, 2));
  CHECK(after_steps<Optimizer, double>(settings, 1) == after_steps<Optimizer, double>(settings, 2));
}

}  // namespace

TEST_CASE("optimizers and clipping have the same bits with any number of threads") {
  same_bits(adam{.learning_rate = 0.1, .weight_decay = 0.1});
  same_bits(adamw{0.1});
  same_bits(sgd{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true});
}

TEST_CASE("the norm that is clipped is that of the whole batch and of all gradients that the loss reaches") {
  const data d(8);
  model net{vscg::seed{1}};
  trainer_with<sgd> plain(net, sgd{0.5}, {}, vscg::threads{1}, of(8));
  plain.gradients(d.x, d.y);
  const auto raw = gradients_of(plain);
  const double norm = norm_of(raw);
  for (const std::size_t micro_batch : {0U, 3U}) {
    model clipped_net{vscg::seed{1}};
    const auto before = clipped_net.weights().get("last.weight");
    trainer_with<sgd> t(clipped_net, sgd{0.5}, {}, vscg::threads{2}, clipped(norm / 4, infinity, micro_batch));
    t.gradients(d.x, d.y);
    CHECK(norm_of(gradients_of(t)) == doctest::Approx(norm));  // no step, so nothing is clipped
    t.step(d.x, d.y);
    const auto found = gradients_of(t);
    REQUIRE(found.size() == raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i)
      CHECK(found[i] == doctest::Approx(raw[i] * (norm / 4) / (norm + 1e-6)).epsilon(1e-12));
    const auto moved_by = t.gradient(*t.table().find("last.weight"));
    const auto after = clipped_net.weights().get("last.weight");
    for (std::size_t i = 0; i < after.size(); ++i)
      CHECK(after[i] == doctest::Approx(before[i] - 0.5 * moved_by[i]).epsilon(1e-12));
  }
  model untouched{vscg::seed{1}};
  trainer_with<sgd> wide(untouched, sgd{0.5}, {}, vscg::threads{1}, clipped(2 * norm, 1e3));
  wide.step(d.x, d.y);
  CHECK(gradients_of(wide) == raw);
  const double most = 0.5 * std::abs(*std::max_element(raw.begin(), raw.end()));
  trainer_with<sgd> narrow(net, sgd{0.5}, {}, vscg::threads{1}, clipped(infinity, most));
  narrow.step(d.x, d.y);
  const auto found = gradients_of(narrow);
  for (std::size_t i = 0; i < raw.size(); ++i) CHECK(found[i] == std::clamp(raw[i], -most, most));
}

TEST_CASE("gradients whose squares overflow are clipped; one that is not finite ends the step") {
  const std::vector<vscg::parameter_range> arrays{{0, 3}, {3, 9000}};
  vscg::cpu::executor<float> backend{vscg::threads{1}};
  vscg::gradient_clip<float, vscg::host_memory> clip(1, infinity, arrays);
  const float loss = 2;
  std::vector<float> large(9003, 0.0F);
  large[1] = 3e30F;
  large[9002] = -4e30F;
  CHECK(*clip.apply(backend, &loss, large.data()) == 2);
  CHECK(large[1] == doctest::Approx(0.6));
  CHECK(large[9002] == doctest::Approx(-0.8));
  CHECK(large[0] == 0);

  const auto numbers = sgd{1}.numbers();
  for (const float wrong : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    for (const double norm : {1.0, infinity}) {
      vscg::gradient_clip<float, vscg::host_memory> by_value(norm, 0.5, arrays);
      sgd::state<float, vscg::cpu> state("sgd", 9003, arrays);
      std::vector<float> gradients(9003, 1.0F), weights(9003, 1.0F);
      gradients[5000] = wrong;
      const float* const guarded = by_value.apply(backend, &loss, gradients.data());
      CHECK(std::isnan(*guarded));
      state.update(&numbers, backend, guarded, gradients.data(), weights.data());
      CHECK(*state.taken() == 0);
      CHECK(weights == std::vector<float>(9003, 1.0F));
      CHECK(state.moments(1) == std::vector<float>(9003, 0.0F));
      CHECK(state.progress() == std::vector<double>{0, 0});
    }
  }
}

TEST_CASE("a step of any optimizer that would spoil a weight or a moment changes nothing and names it") {
  const data d(8);
  const auto refused = [&](const auto& settings, vscg::trainer_options options) {
    using optimizer = std::remove_cvref_t<decltype(settings)>;
    model net{vscg::seed{1}};
    trainer_with<optimizer> t(net, settings, {}, vscg::threads{1}, options);
    const auto before = vscg::snapshot(t);
    const std::string said = error_of([&] { t.step(d.x, d.y); });
    const auto after = vscg::snapshot(t);
    CHECK(after.numbers == before.numbers);
    CHECK(after.moments == before.moments);
    CHECK(after.progress == before.progress);
    CHECK(after.progress_of_arrays == std::vector<std::uint64_t>(t.table().storage.size(), 0));
    CHECK(t.steps() == 0);
    return said;
  };
  constexpr double huge = 1.7e308;
  CHECK(contains(refused(sgd{.learning_rate = huge, .weight_decay = 10}, of(8)),
                 "step 1: expected finite moments and weights, found that it would spoil weight 'first.weight' "
                 "(gradients up to "));
  CHECK(contains(refused(sgd{.learning_rate = 1e3, .momentum = 0.9, .weight_decay = huge}, of(8)),
                 "that it would spoil weight 'first.weight'"));
  CHECK(contains(refused(adamw{.learning_rate = 1e300, .weight_decay = 1e300}, of(8)), "spoil weight 'first.weight'"));
  CHECK(contains(refused(adam{.weight_decay = 1e300}, of(8)), "spoil the second moment of weight 'first.weight'"));
  // What the optimizer read were the clipped gradients.
  CHECK(contains(refused(adam{.weight_decay = 1e300}, clipped(infinity, 1e-3)), "(gradients up to 0.001, "));
}

TEST_CASE("a trainer of a second phase goes on from the first; what only it reaches begins its own bias correction") {
  const data d(8);
  model before{vscg::seed{1}};
  trainer_with<adam> first(before, adam{1e-2}, {}, vscg::threads{1}, of(8, 3, true));
  for (int i = 0; i < 3; ++i) first.step(d.x, d.y);
  second_model net{vscg::seed{2}};
  trainer_with<adam, second_model> second(net, adam{1e-2}, {}, vscg::threads{1}, of(8, 3, true));
  restore(second, snapshot(first));
  CHECK(second.steps() == 3);
  const auto start = net.weights().get("fixed.weight");
  CHECK(start == before.weights().get("fixed.weight"));
  second.step(d.x, d.y);
  const auto gradient = second.gradient(*second.table().find("fixed.weight"));
  const auto moved = net.weights().get("fixed.weight");
  for (std::size_t i = 0; i < start.size(); ++i)  // as any first step of Adam
    CHECK(moved[i] - start[i] == doctest::Approx(-1e-2 * gradient[i] / (std::abs(gradient[i]) + 1e-8)).epsilon(1e-9));
  const auto id = [&](const char* name) { return second.table().find(name)->id; };
  const auto begun = second.state().progress_of_arrays();
  const auto progress = second.state().progress();
  REQUIRE(progress.size() == 6);
  CHECK(progress[3 * (begun[id("first.weight")] - 1)] == 4);
  CHECK(progress[3 * (begun[id("fixed.weight")] - 1)] == 1);
  CHECK(begun[id("unused.weight")] == 0);

  // Half of the second phase in another trainer, with other threads.
  second_model resumed{vscg::seed{3}};
  trainer_with<adam, second_model> other(resumed, adam{1e-2}, {}, vscg::threads{2}, of(8, 3, true));
  restore(other, snapshot(second));
  second.step(d.x, d.y);
  other.step(d.x, d.y);
  CHECK(flat(resumed) == flat(net));
  CHECK(other.state().progress() == second.state().progress());
}

TEST_CASE("progress that no run could reach is refused, and nothing changes") {
  model net{vscg::seed{1}};
  trainer_with<adam> t(net, adam{}, {}, vscg::threads{1}, of(8));
  const data d(8);
  t.step(d.x, d.y);
  const auto progress = t.state().progress();
  const auto of_arrays = t.state().progress_of_arrays();
  const std::string arrays = std::to_string(t.table().storage.size());
  const auto said = [&](const std::vector<double>& p, const std::vector<std::uint64_t>& which) {
    return error_of([&] { t.state().set_progress(p, which); });
  };
  CHECK(said(progress, {1, 1}) == "adam: progress of arrays: expected " + arrays + " numbers, found 2");
  auto wrong = of_arrays;
  wrong.back() = 2;
  CHECK(said(progress, wrong) == "adam: progress: expected 6 numbers, found 3");
  wrong.back() = 1000;
  CHECK(said(progress, wrong) == "adam: progress of arrays: expected numbers up to " + arrays + ", found 1000");
  wrong.back() = 0;
  CHECK(said({1, 0.9, 2}, wrong) == "adam: progress: expected powers from 0 to 1, found 2");
  CHECK(t.state().progress() == progress);
  CHECK(t.state().progress_of_arrays() == of_arrays);

  trainer_with<sgd> plain(net, sgd{}, {}, vscg::threads{1}, of(8));
  CHECK(error_of([&] {
          plain.state().set_progress({1, 2});
        }) == "sgd: progress: expected a number of steps with momentum, at most 1, found 2");
  CHECK(error_of([&] { plain.state().moments(2); }) == "sgd: moments: expected 1: the momentum, found 2");
  CHECK(error_of([&] { plain.state().set_moments(1, std::vector<double>{1}); }).find("sgd: momenta: expected ") == 0);
}

TEST_CASE("an optimizer of one's own needs a formula and its settings") {
  const data d(8);
  model net{vscg::seed{1}};
  vscg::trainer t(net, lion{.learning_rate = 0.25}, squared_distance{}, vscg::threads{1}, of(8));
  const auto before = net.weights().get("last.weight");
  t.step(d.x, d.y);
  const auto gradient = t.gradient(*t.table().find("last.weight"));
  const auto after = net.weights().get("last.weight");
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i] == before[i] - (gradient[i] > 0 ? 0.25 : -0.25));
  CHECK(error_of([&] { t.state().moments(2); }) == "lion: moments: expected 1: the mean, found 2");
  t.optimizer.learning_rate = -1;
  CHECK(error_of([&] { t.step(d.x, d.y); }) ==
        "lion: learning_rate: expected a finite number of at least 0, also when rounded to the scalar, found -1");
}

TEST_CASE("impossible settings of optimizers and of clipping are refused in words") {
  model net{vscg::seed{1}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto said = [&](const auto& settings) {
    return error_of([&] { vscg::trainer(net, settings, squared_distance{}, vscg::threads{1}, of(8)); });
  };
  CHECK(said(adam{.weight_decay = -1}) ==
        "adam: weight_decay: expected a finite number of at least 0, also when rounded to the scalar, found -1");
  CHECK(said(adamw{.learning_rate = nan}) ==
        "adamw: learning_rate: expected a finite number of at least 0, also when rounded to the scalar, found nan");
  CHECK(said(adamw{.beta2 = 1}) == "adamw: beta2: expected a number of at least 0 and below 1, found 1");
  CHECK(said(sgd{-1}) ==
        "sgd: learning_rate: expected a finite number of at least 0, also when rounded to the scalar, found -1");
  CHECK(said(sgd{.momentum = 1}) == "sgd: momentum: expected a number of at least 0 and below 1, found 1");
  CHECK(said(sgd{.dampening = nan}) == "sgd: dampening: expected a number of at least 0 and below 1, found nan");
  CHECK(said(sgd{.weight_decay = infinity}) ==
        "sgd: weight_decay: expected a finite number of at least 0, also when rounded to the scalar, found inf");
  CHECK(said(sgd{.nesterov = true}) == "sgd: momentum: expected a number above 0 for nesterov, found 0");
  CHECK(said(sgd{.momentum = 0.9, .dampening = 0.1, .nesterov = true}) ==
        "sgd: dampening: expected 0 for nesterov, found 0.1");
  const std::string bound = ": expected a number above 0, also when rounded to the scalar, or infinity, found ";
  const auto said_of = [&](vscg::trainer_options options) {
    return error_of([&] { vscg::trainer(net, adam{}, squared_distance{}, vscg::threads{1}, options); });
  };
  CHECK(said_of(clipped(0)) == "trainer_options.clip_grad_norm" + bound + "0");
  CHECK(said_of(clipped(nan)) == "trainer_options.clip_grad_norm" + bound + "nan");
  CHECK(said_of(clipped(1, -0.5)) == "trainer_options.clip_grad_value" + bound + "-0.5");
  CHECK(error_of([] { vscg::checked<float>(clipped(1e-60)); }) == "trainer_options.clip_grad_norm" + bound + "1e-60");
}
