// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/memory.hpp>
#include <vscg/core/execution.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/program.hpp>
#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/runner.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/linear.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"
#include "support/recording_backend.hpp"

// A step on a backend that records, with memory that is not the host's: what goes in and out, and that the launches of
// one step serve every other step.

using small_training::data;
using small_training::flat;
using small_training::of;
using small_training::small_network;
using small_training::squared_distance;

namespace {

using far = vscg::model<small_network, double, recording::backend<recording::far_memory>>;
using near = vscg::model<small_network, double, recording::backend<vscg::host_memory>>;
template <class Model>
using trainer = vscg::trainer<Model, vscg::adam, squared_distance>;

/// "in, 3 launches, out", for people to read.
std::string summary(const std::vector<recording::event>& events) {
  std::string text;
  std::size_t launches = 0;
  const auto flush = [&] {
    if (std::exchange(launches, 0) > 0) text += "launches ";
  };
  for (const auto& e : events) {
    if (e.what == recording::event::kind::launch) {
      ++launches;
      continue;
    }
    flush();
    text += e.what == recording::event::kind::copy_in ? "in " : "out ";
  }
  flush();
  return text;
}

vscg::trainer_options seeded(std::uint64_t seed) {
  auto options = of(8, 3, true);
  options.seed = seed;
  return options;
}

/// Losses, weights and moments of steps on batches of several sizes, at several rates; clipped if there are
/// micro-batches.
template <class Model>
std::vector<double> numbers_of_training(bool replays, std::size_t micro_batch) {
  recording::replays = replays;
  Model net{vscg::seed{1}};
  auto options = of(8, micro_batch, true);
  if (micro_batch > 0) options.clip_grad_norm = options.clip_grad_value = 0.1;
  trainer<Model> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, options);
  std::vector<double> all;
  for (const std::size_t items : {8U, 8U, 5U, 8U, 5U, 8U}) {
    const data d(items);
    const auto report = t.step(d.x, d.y);
    all.insert(all.end(), {report.total, report.terms[0], report.terms[1]});
    all.push_back(t.gradients(d.x, d.y).total);
    t.optimizer.learning_rate *= 0.9;
    t.optimizer.beta1 -= 0.01;
  }
  for (const auto& numbers : {flat(net), t.state().moments(1), t.state().moments(2), t.state().progress()}) {
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  recording::replays = false;
  return all;
}

}  // namespace

TEST_CASE("a step is one copy in, launches, one copy out; gradients are too") {
  const data d(8);
  for (const std::size_t micro_batch : {0U, 3U}) {
    far net{vscg::seed{1}};
    trainer<far> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8, micro_batch, true));
    for (int step = 0; step < 2; ++step) {
      CHECK(summary(recording::during([&] { t.step(d.x, d.y); })) == "in launches out ");
      CHECK(summary(recording::during([&] { t.gradients(d.x, d.y); })) == "in launches out ");
    }
  }
}

TEST_CASE("a different seed, rate and step number launch the same") {
  if (!recording::knows_bytes) {
    std::cout << "skipped: the compiler cannot clear the bytes between members\n";
    return;
  }
  const data d(8);
  const data fewer(5);
  std::vector<recording::event> first;
  std::vector<std::vector<double>> weights;
  for (const std::uint64_t seed : {1U, 2U}) {
    far net{vscg::seed{1}};
    trainer<far> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, seeded(seed));
    for (int step = 0; step < 3; ++step) {
      const auto now = recording::during([&] { t.step(d.x, d.y); });
      if (first.empty()) first = now;
      REQUIRE(now.size() == first.size());
      for (std::size_t i = 0; i < now.size(); ++i) CHECK(now[i] == first[i]);
      weights.push_back(flat(net));
      t.optimizer.learning_rate /= 2;
      t.optimizer.beta2 -= 0.01;
      t.optimizer.epsilon *= 2;
    }
    CHECK(recording::during([&] { t.step(fewer.x, fewer.y); }) != first);
  }
  for (std::size_t step = 0; step < 3; ++step) CHECK(weights[step] != weights[3 + step]);
}

TEST_CASE("recorded launches give the same numbers as a step that the host drives") {
  for (const std::size_t micro_batch : {0U, 3U}) {
    const auto expected = numbers_of_training<near>(false, micro_batch);
    CHECK(numbers_of_training<far>(false, micro_batch) == expected);
    recording::replayed = 0;
    CHECK(numbers_of_training<far>(true, micro_batch) == expected);
    CHECK(recording::replayed == 8);  // 6 steps and 6 gradients, of two sizes
  }
}

TEST_CASE("a trainer with recorded launches goes on with what its model holds now") {
  const data d(8);
  const auto run = [&](bool replays) {
    recording::replays = replays;
    far net{vscg::seed{1}};
    trainer<far> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
    vscg::session<small_network, double, recording::backend<recording::far_memory>> s(net.weights());
    std::vector<double> all;
    for (int step = 0; step < 4; ++step) {
      all.push_back(t.step(d.x, d.y).total);
      all.push_back(s.infer(d.x).values()[3]);
      if (step == 1) net = far{vscg::seed{2}};
    }
    recording::replays = false;
    return all;
  };
  CHECK(run(true) == run(false));
}

namespace {

/// As numbers_of_training, with a data set of 11 items from which each step takes some, by row or as copies of them.
enum class source { host, resident, inputs_resident };
template <class Model>
std::vector<double> numbers_of_rows(source from, bool replays) {
  recording::replays = replays;
  Model net{vscg::seed{1}};
  trainer<Model> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8, 3, true));
  const data all(11);
  typename trainer<Model>::resident videos(11);
  const std::span x(all.x);
  const std::span y(all.y);
  videos.put(4, x.subspan(12), y.subspan(8));
  videos.put(0, x.first(12), y.first(8));
  typename vscg::session<small_network, double, typename Model::backend>::resident inputs(11);
  inputs.put(0, x);
  std::vector<double> numbers;
  for (const std::vector<std::size_t>& rows : std::vector<std::vector<std::size_t>>{
           {10, 0, 3, 3, 7, 1, 2, 9}, {4, 5, 6, 7, 8, 9, 10, 0}, {1, 2, 3, 4, 5, 6, 7, 8}, {6}, {2}, {9}}) {
    std::vector<double> some_x, some_y;
    for (const std::size_t row : rows) {
      for (const double number : x.subspan(3 * row, 3)) some_x.push_back(number);
      for (const double number : y.subspan(2 * row, 2)) some_y.push_back(number);
    }
    if (from == source::host)
      numbers.push_back(t.step(some_x, some_y).total);
    else if (from == source::resident)
      numbers.push_back(t.step(videos, rows).total);
    else
      numbers.push_back(t.step(inputs, rows, some_y).total);
  }
  const auto weights = flat(net);
  numbers.insert(numbers.end(), weights.begin(), weights.end());
  recording::replays = false;
  return numbers;
}

}  // namespace

TEST_CASE("a batch from resident arrays gives the bits of the same batch from the host") {
  const auto expected = numbers_of_rows<near>(source::host, false);
  for (const source from : {source::resident, source::inputs_resident}) {
    CHECK(numbers_of_rows<near>(from, false) == expected);
    CHECK(numbers_of_rows<far>(from, false) == expected);
    recording::replayed = 0;
    CHECK(numbers_of_rows<far>(from, true) == expected);
    CHECK(recording::replayed == 4);  // of two sizes
  }
}

TEST_CASE("resident arrays: a step copies in the rows' numbers and little else; data sets may change") {
  far net{vscg::seed{1}};
  trainer<far> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  trainer<far>::resident videos(100);
  trainer<far>::resident others(100);
  const data d(100);
  videos.put(0, d.x, d.y);
  others.put(0, std::vector<double>(300, 0.5), std::vector<double>(200, 0.25));
  CHECK(videos.bytes() == 500 * sizeof(double));
  const std::vector<std::size_t> rows{99, 0, 50, 1};
  const auto events = recording::during([&] { t.step(videos, rows); });
  CHECK(summary(events) == "in launches out ");
  CHECK(std::stoul(events.front().bytes) < 256);
  recording::replays = true;
  double first = 0;
  for (int turn = 0; turn < 3; ++turn) first = t.gradients(videos, rows).total;
  const double other = t.gradients(others, rows).total;
  CHECK(other != first);
  CHECK(t.gradients(videos, rows).total == first);
  CHECK(t.gradients(others, rows).total == other);
  recording::replays = false;
}

TEST_CASE("resident arrays refuse what does not fit, by name") {
  near net{vscg::seed{1}};
  trainer<near> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(4));
  trainer<near>::resident videos(5);
  const data d(5);
  videos.put(0, d.x, d.y);
  const auto weights = flat(net);
  const auto rows = [](std::initializer_list<std::size_t> all) { return std::vector<std::size_t>(all); };
  CHECK(error_of([&] { t.step(videos, rows({0, 5})); }) == "row of the batch: expected less than 5, found 5");
  CHECK(error_of([&] { t.step(videos, rows({})); }) == "trainer::step: expected 1 to 4 items, found 0");
  CHECK(error_of([&] { t.step(videos, rows({0, 1, 2, 3, 4})); }) == "trainer::step: expected 1 to 4 items, found 5");
  CHECK(error_of([&] { videos.put(1, d.x, d.y); }) ==
        "resident_arrays::put: expected items within 5, found 5 from 1 on");
  CHECK(error_of([&] { videos.put(0, d.x, d.x); }) == "input 1: expected [N, 2], found 15 numbers");
  vscg::session<small_network, double, near::backend>::resident inputs(5);
  inputs.put(0, d.x);
  CHECK(error_of([&] {
          t.step(inputs, rows({0, 1}), d.y);
        }) == "target 0: expected [2, 2], as many items as rows, found 5 items (10 numbers)");
  CHECK(flat(net) == weights);
  CHECK(t.steps() == 0);
}

TEST_CASE("a session takes rows of the data set that a trainer has") {
  const near host{vscg::seed{1}};
  const far net{vscg::seed{1}};
  trainer<far>::resident videos(9);
  const data all(9);
  videos.put(0, all.x, all.y);
  vscg::session<small_network, double, recording::backend<recording::far_memory>> s(net.weights());
  recording::replays = true;
  for (const std::vector<std::size_t>& rows :
       std::vector<std::vector<std::size_t>>{{8, 2}, {0, 1}, {5, 5}, {3, 4, 8}}) {
    std::vector<double> x;
    for (const std::size_t row : rows) {
      for (const double number : std::span(all.x).subspan(3 * row, 3)) x.push_back(number);
    }
    const auto got = s.infer(videos, rows);
    CHECK(std::vector<double>(got.values().begin(), got.values().end()) == host.infer(x).numbers);
    const auto direct = s.infer(x);
    CHECK(std::vector<double>(direct.values().begin(), direct.values().end()) == host.infer(x).numbers);
  }
  recording::replays = false;
  CHECK(error_of([&] { s.infer(videos, std::vector<std::size_t>{9}); }) ==
        "row of the batch: expected less than 9, found 9");
}

TEST_CASE("a session brings its inputs in one copy, and its answers to the host") {
  const data d(8);
  const near expected{vscg::seed{1}};
  const far net{vscg::seed{1}};
  CHECK(net.infer(d.x).numbers == expected.infer(d.x).numbers);
  vscg::session<small_network, double, recording::backend<recording::far_memory>> s(net.weights());
  CHECK(s.memory() >= s.plan().bytes() + 16 * sizeof(double) * (3 + 2));
  recording::replays = true;
  for (int call = 0; call < 2; ++call) {
    CHECK(summary(recording::during([&] { s.infer(d.x); })) == "in launches out ");
    const auto y = s.infer(d.x);
    CHECK(std::equal(y.values().begin(), y.values().end(), expected.infer(d.x).numbers.begin()));
  }
  recording::replays = false;
}

TEST_CASE("a recorded step can be stopped before it begins") {
  recording::replays = true;
  far net{vscg::seed{1}};
  trainer<far> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8));
  const data d(8);
  bool stop = false;
  int asked = 0;
  t.stop_when([&] { return stop || ++asked == 5; });
  CHECK_THROWS_AS(t.step(d.x, d.y), vscg::stopped);  // in the middle: nothing of it is kept
  t.step(d.x, d.y);
  t.step(d.x, d.y);
  const auto before = flat(net);
  stop = true;
  CHECK_THROWS_AS(t.step(d.x, d.y), vscg::stopped);
  CHECK(flat(net) == before);
  CHECK(t.steps() == 2);
  recording::replays = false;
}

// A loss's gradient is written once, so no pullback may use it as scratch; an array of items' gradient may be.
using tag = vscg::trace_tag<double, recording::backend<vscg::host_memory>, vscg::mode::training>;
template <class Operation>
using gradient_of_result = decltype(std::declval<vscg::operation_context<Operation, tag, 1, true>>().dy());
static_assert(std::is_same_v<gradient_of_result<vscg::ops::batch_sum<false>>, const double*>);
static_assert(std::is_same_v<gradient_of_result<vscg::ops::dropout<vscg::shape<vscg::dyn, 4>>>, double*>);

/// One number that belongs to no item: w·x + b, from parameters alone.
struct number_for_all {
  vscg::parameter<vscg::init::ones, 3> x;
  vscg::parameter<vscg::init::ones, 1, 3> w;
  vscg::parameter<vscg::init::ones, 1> b;
  VSCG_MEMBERS(x, w, b)
};

TEST_CASE("a product that gives the loss itself finds its gradient intact in every run") {
  number_for_all net{};
  const auto table = vscg::bind_parameters(net);
  auto trace = vscg::make_recorder(table, false);
  const auto [like] = vscg::trace_inputs<tag>(trace, vscg::input_shapes<vscg::shape<vscg::dyn, 1>>{});
  const auto loss = vscg::linear(vscg::operand(like, net.x), vscg::operand(like, net.w), vscg::operand(like, net.b));
  const auto p = std::make_shared<const vscg::program>(std::move(trace), std::vector{loss.id}, loss.id);
  vscg::runner<double, recording::backend<vscg::host_memory>> run(p, table, vscg::threads{1}, 1);
  std::vector<double> weights(table.buffer_elements, 3);
  std::vector<double> gradients(table.buffer_elements, std::nan(""));
  run.bind_weights(weights.data());
  run.bind_gradients(gradients.data());
  vscg::run_state state;
  state.items = state.batch_items = 1;
  for (int step = 0; step < 2; ++step) {
    run.forward(state);
    run.pullback(state);
    CHECK(run.value(loss.id)[0] == 3 * 3 * 3 + 3);
    CHECK(gradients[table.find("w")->offset + 2] == 3);
    CHECK(gradients[table.find("b")->offset] == 1);
  }
}

TEST_CASE("the loss's gradient is written when a trainer is made, and stays") {
  near net{vscg::seed{1}};
  trainer<near> t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, of(8, 3));
  const data d(8);
  t.running().poison_dead_memory(true);
  for (int step = 0; step < 3; ++step) {
    t.step(d.x, d.y);
    CHECK(t.running().gradient_of(t.steps_traced().loss())[0] == 1);
  }
}
