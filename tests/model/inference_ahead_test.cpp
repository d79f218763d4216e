// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/team.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/nn/embedding.hpp>

#include "model/small_training.hpp"
#include "support/error_of.hpp"
#include "support/recording_backend.hpp"

// Inference on one batch while the next one comes, on a backend whose copies, or whose launches, are late, so that a
// wait that is missing gives wrong numbers.

using recording::behavior;
using recording::late;
using vscg::dyn;
using vscg::shape;

namespace {

std::string told_backend;  // since it was last cleared

/// Writes down what the host tells it.
struct logged : recording::backend<recording::far_memory> {
  template <class T>
  struct executor : recording::backend<recording::far_memory>::executor<T> {
    using base = recording::backend<recording::far_memory>::executor<T>;
    using base::base;
    void copy_in_beside(void* to, const void* from, std::size_t bytes) {
      told_backend += "bring ";
      base::copy_in_beside(to, from, bytes);
    }
    template <class F>
    void replay(std::uint64_t key, const F& f) {
      told_backend += "launch ";
      base::replay(key, f);
    }
    void wait() {
      told_backend += "wait ";
      base::wait();
    }
  };
};

/// More outputs than one launch copies, of several sizes; some are views of the others, or the input.
template <class Field>
struct many_outputs {
  template <int... E>
  using field = typename Field::template type<shape<E...>>;
  field<dyn, 3> same;
  field<dyn, 4> small;
  field<dyn, 1500> wide;
  field<dyn, 2, 2> seen_as;
  field<dyn, 4> a, b, c, d;
  field<dyn, 1500> last;
  VSCG_MEMBERS(same, small, wide, seen_as, a, b, c, d, last)
  template <class F>
  using rebind = many_outputs<F>;
};

struct network {
  vscg::nn::linear<3, 4> first;
  vscg::nn::linear<4, 1500> second;
  VSCG_MEMBERS(first, second)
  using inputs = vscg::input_shapes<shape<dyn, 3>>;
  template <vscg::Var X>
  auto operator()(const X& x) const {
    const auto h = tanh(first(x));
    const auto w = second(h);
    return many_outputs<vscg::var_field<typename X::tag>>{
        x, h, w, vscg::view<shape<dyn, 2, 2>>(h), 2. * h, 3. * h, 4. * h, 5. * h, 0.5 * w};
  }
};

template <class Backend>
using model = vscg::model<network, double, Backend>;
using far = model<logged>;
using session = vscg::session<network, double, logged>;
using near = model<recording::backend<vscg::host_memory>>;

constexpr std::size_t sizes[]{8, 8, 5, 8, 5, 8, 8, 3};
constexpr vscg::batch_capacity most{8};

std::vector<double> batch(std::size_t call) {
  auto x = small_training::data(sizes[call]).x;
  for (double& number : x) number += 0.1 * static_cast<double>(call);
  return x;
}

template <class Outputs>
void add(std::vector<double>& numbers, const Outputs& outputs) {
  vscg::for_each_output(outputs, [&](const auto& field, std::size_t) {
    const auto values = field.values();
    numbers.insert(numbers.end(), values.begin(), values.end());
  });
}

/// Of all batches, one by one on the host.
std::vector<double> expected() {
  const near net{vscg::seed{1}};
  std::vector<double> numbers;
  for (std::size_t call = 0; call < std::size(sizes); ++call) add(numbers, net.infer(batch(call)));
  return numbers;
}

/// The same, the next batch ahead; every number of the caller's is spoiled as soon as it has been read.
template <class Ahead>
std::vector<double> numbers_of(Ahead& ahead) {
  std::vector<double> numbers;
  std::size_t calls = 0;
  const auto take = [&](const auto& found) {
    if (!found) return;
    CHECK(found->call == calls++);
    add(numbers, found->outputs);
  };
  for (std::size_t call = 0; call < std::size(sizes); ++call) {
    auto x = batch(call);
    take(ahead.infer(x));
    std::fill(x.begin(), x.end(), std::nan(""));
  }
  take(ahead.finish());
  CHECK(calls == std::size(sizes));
  CHECK(!ahead.finish().has_value());
  return numbers;
}

std::string copies(const std::vector<recording::event>& events) {
  std::string text;
  for (const auto& e : events) {
    if (e.what == recording::event::kind::copy_in) text += "in ";
    if (e.what == recording::event::kind::copy_out) text += "out ";
  }
  return text;
}

}  // namespace

TEST_CASE("inference while the next batch comes has the same bits, whichever of the two is late") {
  const auto wanted = expected();
  for (const late what : {late::nothing, late::copies_beside, late::launches}) {
    for (const bool replays : {false, true}) {
      INFO(static_cast<int>(what) << " is late, graphs: " << replays);
      const behavior now(what, replays);
      const far net{vscg::seed{1}};
      session s(net.weights(), vscg::threads{1}, most);
      vscg::inference_ahead ahead(s);
      CHECK(numbers_of(ahead) == wanted);
      CHECK(recording::replayed == (replays ? 4 : 0));  // a graph for each size in each of two blocks, made once
      CHECK(numbers_of(ahead) == wanted);
    }
  }
}

TEST_CASE("one inference ahead of a session may follow another, or two may take turns") {
  const auto wanted = expected();
  for (const bool odd : {false, true}) {
    CAPTURE(odd);  // the number of turns of the first one
    const behavior now(late::nothing, true);
    const far net{vscg::seed{1}};
    session s(net.weights(), vscg::threads{1}, most);
    {
      vscg::inference_ahead first(s);
      CHECK(numbers_of(first) == wanted);
      if (odd) {
        first.infer(batch(0));
        first.finish();
      }
    }
    vscg::inference_ahead second(s);
    CHECK(numbers_of(second) == wanted);
    vscg::inference_ahead third(s);
    std::vector<double> of_second, of_third;
    for (std::size_t call = 0; call < std::size(sizes); ++call) {
      if (const auto found = second.infer(batch(call))) add(of_second, found->outputs);
      if (const auto found = third.infer(batch(call))) add(of_third, found->outputs);
    }
    add(of_second, second.finish()->outputs);
    add(of_third, third.finish()->outputs);
    CHECK(of_second == wanted);
    CHECK(of_third == wanted);
  }
}

TEST_CASE("the copy of the next batch starts before the host waits for this one") {
  const behavior now;
  const far net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, most);
  vscg::inference_ahead ahead(s);
  const auto x = batch(0);
  const auto told = [](const auto& f) {
    told_backend.clear();
    f();
    return std::exchange(told_backend, {});
  };
  CHECK(told([&] { ahead.infer(x); }) == "bring ");
  for (int call = 0; call < 3; ++call) CHECK(told([&] { ahead.infer(x); }) == "launch bring wait ");
  CHECK(told([&] { ahead.finish(); }) == "launch wait ");
  CHECK(told([&] { ahead.finish(); }).empty());
}

TEST_CASE("a batch is one copy in and one copy out, whatever the number of outputs") {
  for (const bool replays : {false, true}) {
    const behavior now(late::nothing, replays);
    const far net{vscg::seed{1}};
    session s(net.weights(), vscg::threads{1}, most);
    vscg::inference_ahead ahead(s);
    const auto x = batch(0);
    for (int call = 0; call < 3; ++call) CHECK(copies(recording::during([&] { s.infer(x); })) == "in out ");
    const auto fewer = recording::during([&] { s.infer(batch(2)); });  // 5 items
    CHECK(fewer.back().bytes == std::to_string(5 * (3 + 4 + 1500 + 4 + 4 * 4 + 1500) * sizeof(double)));
    CHECK(copies(recording::during([&] { ahead.infer(x); })) == "in ");
    for (int call = 0; call < 4; ++call) CHECK(copies(recording::during([&] { ahead.infer(x); })) == "out in ");
    CHECK(copies(recording::during([&] { ahead.finish(); })) == "out ");
  }
}

TEST_CASE("where the host has the backend's memory, outputs come with their own call") {
  const near net{vscg::seed{1}};
  vscg::session s(net, vscg::threads{1}, most);
  vscg::inference_ahead ahead(s);
  for (std::size_t call = 0; call < 3; ++call) {
    const auto found = ahead.infer(batch(call));
    REQUIRE(found.has_value());
    CHECK(found->call == call);
  }
  CHECK(!ahead.finish().has_value());
  CHECK(ahead.memory() == 0);
  CHECK(numbers_of(ahead) == expected());
}

TEST_CASE("without memory for a second batch, inference waits for its own") {
  const auto wanted = expected();
  const behavior now;
  const far net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, most);
  vscg::inference_ahead ahead(s);
  recording::far_memory::full = true;
  CHECK(ahead.infer(batch(0)).has_value());
  ahead.drop();
  CHECK(numbers_of(ahead) == wanted);
}

TEST_CASE("inference ahead takes the weights of now; other calls of the session may come between") {
  const behavior now(late::copies_beside);
  far net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, most);
  vscg::inference_ahead ahead(s);
  const auto one = batch(0);
  const auto other = batch(2);
  ahead.infer(one);
  std::vector<double> got, wanted;
  add(got, s.infer(other));
  add(wanted, near{vscg::seed{1}}.infer(other));
  net = far{vscg::seed{2}};
  add(got, ahead.finish()->outputs);
  add(wanted, near{vscg::seed{2}}.infer(one));
  CHECK(got == wanted);
}

TEST_CASE("a wrong batch leaves the one that waits; after an error, or when dropped, nothing is left") {
  for (const late what : {late::nothing, late::copies_beside, late::launches}) {
    const behavior now(what);
    far net{vscg::seed{1}};
    session s(net.weights(), vscg::threads{1}, most);
    vscg::inference_ahead ahead(s);
    const auto good = batch(0);
    ahead.infer(good);
    CHECK(error_of([&] { ahead.infer(std::vector<double>(7)); }) == "input 0: expected [N, 3], found 7 numbers");
    CHECK(error_of([&] { ahead.infer(std::vector<double>(27)); }) ==
          "inputs: expected at most 8 items, the session's batch_capacity, found 9");
    CHECK(ahead.infer(good)->call == 0);
    CHECK(ahead.finish()->call == 1);

    ahead.infer(good);
    ahead.drop();
    CHECK(!ahead.finish().has_value());

    ahead.infer(good);
    far elsewhere(std::move(net));
    CHECK(error_of([&] { ahead.infer(good); }) ==
          "weights: expected numbers, found none: they were moved to another object or destroyed");
    CHECK(!ahead.finish().has_value());
    std::swap(net, elsewhere);
    ahead.infer(good);
    CHECK(ahead.finish()->call == 0);
  }
}
static_assert(std::is_constructible_v<vscg::inference_ahead<session>, session&> &&
              !std::is_constructible_v<vscg::inference_ahead<session>, session>);

namespace {

struct reader {
  vscg::nn::embedding<5, 3> word;
  VSCG_MEMBERS(word)
  using inputs = vscg::input_shapes<vscg::indices<dyn, 2>>;
  auto operator()(auto x) const { return word(x); }
};

}  // namespace

TEST_CASE("indices are checked before they come") {
  const behavior now;
  const vscg::model<reader, double, logged> net{vscg::seed{1}};
  vscg::session s(net);
  vscg::inference_ahead ahead(s);
  CHECK(error_of([&] {
          ahead.infer(std::vector<std::int32_t>{0, 4, 5, 1});
        }) == "input 0, item 1: expected an index from 0 to 4, found 5");
  CHECK(!ahead.finish().has_value());
}
