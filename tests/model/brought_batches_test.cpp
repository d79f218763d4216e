// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/stopped.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/double_buffer.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/embedding.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"
#include "support/recording_backend.hpp"

// How batches are brought to a backend's memory. While the one before trains: on a backend whose copies, or whose
// launches, are late, so that a wait that is missing gives wrong numbers. Rounded, as the backend keeps inputs.

using recording::behavior;
using recording::late;
using small_training::flat;
using small_training::of;

namespace {

using far = vscg::model<small_training::small_network, double, recording::backend<recording::far_memory>>;
using trainer = vscg::trainer<far, vscg::adam, small_training::squared_distance>;

constexpr std::size_t sizes[]{8, 8, 5, 8, 5, 8, 8, 3};

/// A batch like no other one.
small_training::data batch(std::size_t step) {
  small_training::data d(sizes[step]);
  for (double& number : d.x) number += 0.1 * static_cast<double>(step);
  return d;
}

struct training {
  far net{vscg::seed{1}};
  trainer t{net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{1}, of(8, 3, true)};
  std::vector<double> numbers;  // of all reports

  void add(const vscg::loss_report<2>& report) {
    numbers.insert(numbers.end(), {report.total, report.terms[0], report.terms[1]});
  }
  std::vector<double> all() {
    for (const auto& some : {flat(net), t.state().moments(1), t.state().moments(2), t.state().progress()})
      numbers.insert(numbers.end(), some.begin(), some.end());
    return numbers;
  }
};

std::vector<double> without() {
  training run;
  for (std::size_t step = 0; step < std::size(sizes); ++step) {
    const auto d = batch(step);
    run.add(run.t.step(d.x, d.y));
  }
  return run.all();
}

/// The steps from `first` on and before `last`.
void take_steps(training& run, std::size_t first = 0, std::size_t last = std::size(sizes)) {
  vscg::double_buffer ahead(run.t);
  for (std::size_t step = first; step < last; ++step) {
    auto d = batch(step);
    if (const auto report = ahead.step(d.x, d.y)) run.add(*report);
    std::fill(d.x.begin(), d.x.end(), std::nan(""));  // the caller's again
  }
  if (const auto report = ahead.finish()) run.add(*report);
  CHECK(!ahead.finish().has_value());
}

}  // namespace

TEST_CASE("steps while the next batch comes have the same bits, whichever of the two is late") {
  const auto expected = without();
  for (const late what : {late::nothing, late::copies_beside, late::launches}) {
    for (const bool replays : {false, true}) {
      INFO(static_cast<int>(what) << " is late, graphs: " << replays);
      const behavior now(what, replays);
      training run;
      take_steps(run);
      CHECK(run.all() == expected);
      CHECK(recording::replayed == (replays ? 4 : 0));  // a graph for each size in each of two blocks, made once
    }
  }
}

TEST_CASE("one double buffer of a trainer may follow another") {
  const auto expected = without();
  for (const std::size_t steps : {3U, 4U}) {
    INFO("after " << steps << " steps");
    const behavior now(late::nothing, true);
    training run;
    take_steps(run, 0, steps);
    take_steps(run, steps);
    CHECK(run.all() == expected);
  }
}

TEST_CASE("a step while the next batch comes copies one batch in and one report out") {
  for (const bool replays : {false, true}) {
    const behavior now(late::nothing, replays);
    training run;
    vscg::double_buffer ahead(run.t);
    const auto d = batch(0);
    const auto copies = [](const std::vector<recording::event>& events) {
      std::string text;
      for (const auto& e : events) {
        if (e.what == recording::event::kind::copy_in) text += "in ";
        if (e.what == recording::event::kind::copy_out) text += "out ";
      }
      return text;
    };
    CHECK(copies(recording::during([&] { ahead.step(d.x, d.y); })) == "in ");
    for (int step = 0; step < 4; ++step) CHECK(copies(recording::during([&] { ahead.step(d.x, d.y); })) == "out in ");
    CHECK(copies(recording::during([&] { ahead.finish(); })) == "out ");
    CHECK(copies(recording::during([&] { ahead.finish(); })).empty());
  }
}

TEST_CASE("gradients, and steps of the trainer's own, may come between the steps of a double buffer") {
  training expected;
  const auto first = batch(0);
  const auto second = batch(2);
  const double gradient = expected.t.gradients(second.x, second.y).total;
  expected.add(expected.t.step(first.x, first.y));
  expected.add(expected.t.step(second.x, second.y));
  const behavior now(late::copies_beside);
  training run;
  vscg::double_buffer ahead(run.t);
  ahead.step(first.x, first.y);
  CHECK(run.t.gradients(second.x, second.y).total == gradient);
  run.add(*ahead.finish());
  run.add(run.t.step(second.x, second.y));
  CHECK(run.all() == expected.all());
  ahead.step(first.x, first.y);
  run.t.step(second.x, second.y);
  CHECK(error_of([&] { ahead.finish(); }) ==
        "double_buffer: expected step 3, for which its batch was brought, found step 4");
  CHECK(!ahead.finish().has_value());
}

TEST_CASE("a wrong batch changes nothing; after a step that fails, nothing is left of the batch that came meanwhile") {
  for (const late what : {late::nothing, late::copies_beside, late::launches}) {
    const behavior now(what);
    training run;
    vscg::double_buffer ahead(run.t);
    const auto good = batch(0);
    auto bad = good;
    bad.x[20] = std::nan("");
    ahead.step(bad.x, bad.y);
    const auto before = flat(run.net);
    CHECK(error_of([&] { ahead.step(good.y, good.y); }) == "input 0: expected [N, 3], found 16 numbers");
    CHECK(run.t.steps() == 0);
    CHECK(error_of([&] { ahead.step(good.x, good.y); }) ==
          "step 1: input 0, item 6 (element 2): expected finite numbers, found NaN");
    CHECK(flat(run.net) == before);
    CHECK(!ahead.finish().has_value());

    bool stop = false;
    run.t.stop_when([&] { return stop; });
    ahead.step(good.x, good.y);
    stop = true;
    CHECK_THROWS_AS(ahead.step(good.x, good.y), vscg::stopped);
    stop = false;
    CHECK(flat(run.net) == before);
    CHECK(!ahead.finish().has_value());
    ahead.step(good.x, good.y);
    ahead.drop();
    CHECK(!ahead.finish().has_value());
    CHECK(run.t.steps() == 0);
  }
}

TEST_CASE("a number that is not finite is found wherever arrays lie, and changes nothing") {
  small_training::model close{vscg::seed{1}};
  far distant{vscg::seed{1}};
  const small_training::data good(9);
  small_training::data d(9);
  d.x[3 * 7 + 1] = std::nan("");
  const std::vector<std::size_t> rows{2, 7};
  const auto check = [&]<class Model>(Model& net) {
    vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{1}, of(9, 3));
    t.step(good.x, good.y);
    const auto before = flat(net);
    typename decltype(t)::resident videos(9);
    videos.put(0, d.x, d.y);
    const std::string row = "input 0, item 1, row 7 of the data set (element 1): expected finite numbers, found NaN";
    CHECK(error_of([&] { t.step(videos, rows); }) == "step 2: " + row);
    CHECK(error_of([&] { t.step(d.x, d.y); }) ==
          "step 2: input 0, item 7 (element 1): expected finite numbers, found NaN");
    vscg::session<small_training::small_network, double, typename Model::backend> s(net.weights());
    CHECK(error_of([&] { s.infer_checked(videos, rows); }) == row);
    small_training::data large(9);
    large.y[13] = std::numeric_limits<double>::max();
    CHECK(error_of([&] { t.step(large.x, large.y); }).find("comes from mse_loss") != std::string::npos);
    t.optimizer.learning_rate = std::numeric_limits<double>::max();
    CHECK(error_of([&] { t.step(good.x, good.y); }).find("that it would spoil weight '") != std::string::npos);
    CHECK(flat(net) == before);
    CHECK(t.steps() == 1);
  };
  check(close);
  check(distant);
}

TEST_CASE(
    "batches that come ahead, or lie in a data set, wait in vain for a model that was moved, and train it when it is "
    "back") {
  const behavior now;
  training run;
  vscg::double_buffer ahead(run.t);
  trainer::resident videos(8);
  const auto good = batch(0);
  videos.put(0, good.x, good.y);
  const std::vector<std::size_t> rows{0, 3};
  const std::string gone = "weights: expected numbers, found none: they were moved to another object or destroyed";
  ahead.step(good.x, good.y);
  far elsewhere(std::move(run.net));
  const auto before = flat(elsewhere);
  CHECK(error_of([&] { ahead.step(good.x, good.y); }) == gone);
  CHECK(!ahead.finish().has_value());
  CHECK(error_of([&] { run.t.step(videos, rows); }) == gone);
  CHECK(flat(elsewhere) == before);
  std::swap(run.net, elsewhere);
  ahead.step(good.x, good.y);
  CHECK(ahead.finish().has_value());
  run.t.step(videos, rows);
  CHECK(run.t.steps() == 2);
  CHECK(flat(run.net) != before);
  run.net = far{vscg::seed{1}};
  CHECK(flat(run.net) == before);
  run.t.step(videos, rows);
  CHECK(flat(run.net) != before);
}
static_assert(std::is_constructible_v<vscg::double_buffer<trainer>, trainer&> &&
              !std::is_constructible_v<vscg::double_buffer<trainer>, trainer>);

TEST_CASE("without memory for a second batch, steps wait for their own") {
  const auto expected = without();
  const behavior now;
  training run;
  vscg::double_buffer ahead(run.t);
  recording::far_memory::full = true;
  for (std::size_t step = 0; step < std::size(sizes); ++step) {
    const auto d = batch(step);
    const auto report = ahead.step(d.x, d.y);
    REQUIRE(report.has_value());
    run.add(*report);
  }
  CHECK(!ahead.finish().has_value());
  CHECK(run.all() == expected);
}

namespace {

struct reader {
  vscg::nn::embedding<5, 2> word;
  VSCG_MEMBERS(word)
  using inputs = vscg::input_shapes<vscg::indices<vscg::dyn>>;
  auto operator()(auto x) const { return word(x); }
};

}  // namespace

TEST_CASE("indices are checked before they come") {
  const behavior now;
  vscg::model<reader, double, recording::backend<recording::far_memory>> net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{});
  vscg::double_buffer ahead(t);
  CHECK(error_of([&] {
          ahead.step(std::vector<std::int32_t>{4, 5}, std::vector<double>(4));
        }) == "input 0, item 1: expected an index from 0 to 4, found 5");
  CHECK(!ahead.finish().has_value());
}

namespace {

/// Keeps inputs as float while it is `on`.
struct as_float {
  using kept_number = float;
  static inline bool on = true;
  static bool in_use() { return on; }
  static float kept(double x) { return static_cast<float>(x); }
};
struct rounding : recording::backend<recording::far_memory> {
  template <class T>
  using kept_as = as_float;
};
using rounding_model = vscg::model<small_training::small_network, double, rounding>;

enum class source { host, ahead, resident, inputs_resident };

/// Losses and outputs, from steps on rows of a data set of 11 items.
template <class Model>
std::vector<double> numbers_of(source from, const std::vector<double>& x, const std::vector<double>& y) {
  Model net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{1}, of(8, 3, true));
  vscg::session<small_training::small_network, double, typename Model::backend> s(net.weights());
  vscg::double_buffer ahead(t);
  typename decltype(t)::resident videos(11);
  videos.put(0, x, y);
  typename decltype(s)::resident inputs(11);
  inputs.put(0, x);
  std::vector<double> numbers;
  for (const std::vector<std::size_t>& rows :
       std::vector<std::vector<std::size_t>>{{10, 0, 3, 3, 7}, {4, 5, 6, 7, 8}, {1, 2, 3, 4, 5}, {6}}) {
    std::vector<double> some_x, some_y;
    for (const std::size_t row : rows) {
      some_x.insert(some_x.end(), x.begin() + 3 * static_cast<std::ptrdiff_t>(row),
                    x.begin() + 3 * static_cast<std::ptrdiff_t>(row) + 3);
      some_y.insert(some_y.end(), y.begin() + 2 * static_cast<std::ptrdiff_t>(row),
                    y.begin() + 2 * static_cast<std::ptrdiff_t>(row) + 2);
    }
    if (from == source::ahead) ahead.step(some_x, some_y);
    numbers.push_back(from == source::host       ? t.step(some_x, some_y).total
                      : from == source::ahead    ? ahead.finish()->total
                      : from == source::resident ? t.step(videos, rows).total
                                                 : t.step(inputs, rows, some_y).total);
    const auto said = from == source::resident          ? s.infer(videos, rows)
                      : from == source::inputs_resident ? s.infer(inputs, rows)
                                                        : s.infer(some_x);
    numbers.insert(numbers.end(), said.values().begin(), said.values().end());
  }
  return numbers;
}

}  // namespace

TEST_CASE("inputs that a backend keeps rounded are rounded wherever they come from, and targets are not") {
  const small_training::data d(11);
  std::vector<double> rounded;
  for (const double x : d.x) rounded.push_back(static_cast<double>(static_cast<float>(x)));
  const auto expected = numbers_of<far>(source::host, rounded, d.y);
  const auto exact = numbers_of<far>(source::host, d.x, d.y);
  REQUIRE(exact != expected);
  for (const source from : {source::host, source::ahead, source::resident, source::inputs_resident}) {
    for (const bool replays : {false, true}) {
      INFO(static_cast<int>(from) << ", graphs: " << replays);
      const behavior now(late::nothing, replays);
      CHECK(numbers_of<rounding_model>(from, d.x, d.y) == expected);
      as_float::on = false;
      CHECK(numbers_of<rounding_model>(from, d.x, d.y) == exact);
      as_float::on = true;
    }
  }
}

TEST_CASE("resident inputs that are kept rounded take fewer bytes") {
  using rounding_trainer = vscg::trainer<rounding_model, vscg::adam, small_training::squared_distance>;
  constexpr std::size_t items = 100'000;  // more than are rounded at once
  rounding_trainer::resident videos(items);
  CHECK(videos.bytes() == items * (3 * sizeof(float) + 2 * sizeof(double)));
  const small_training::data d(items);
  videos.put(0, d.x, d.y);
  rounding_model net{vscg::seed{1}};
  vscg::session<small_training::small_network, double, rounding> s(net.weights());
  const std::vector<std::size_t> rows{items - 1, items / 2};
  const auto said = s.infer(videos, rows).values();
  const std::vector<double> got(said.begin(), said.end());
  std::vector<double> x;
  for (const std::size_t row : rows) x.insert(x.end(), &d.x[3 * row], &d.x[3 * row] + 3);
  const auto again = s.infer(x).values();
  CHECK(got == std::vector<double>(again.begin(), again.end()));
}
