// SPDX-License-Identifier: MIT
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/double_buffer.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/train/ave/labels.hpp>

#include "model/small_training.hpp"
#include "support/apart.hpp"
#include "support/counted_allocations.hpp"

using counted_allocations::count;
using counted_allocations::held_bytes;
using counted_allocations::hooks_work;

namespace {

using model = vscg::model<vscg::vscg_net, float, vscg::cpu>;
using session = vscg::session<vscg::vscg_net, float, vscg::cpu>;
using trained_loss = vscg::negative_pair_filter_loss<>;

constexpr std::size_t items = 3;

/// An object counts the memory that it holds, except for odds and ends.
void is_counted(std::size_t counted, std::size_t held) {
  CAPTURE(counted);
  CAPTURE(held);
  CHECK(counted <= held);
  CHECK(held - counted < std::size_t{128} * 1024);
}

}  // namespace

TEST_CASE("memory() of sessions and trainers is what they hold") {
  if (!hooks_work()) return;
  model net{vscg::seed{1}};
  for (const std::size_t n : {1U, 2U, 3U}) {
    INFO(n << " threads");
    for (const std::size_t videos : {std::size_t{1}, items}) {
      const held_bytes held;
      const session s(net.weights(), vscg::threads{n}, vscg::batch_capacity{videos});
      is_counted(s.memory(), held());
    }
    vscg::trainer_options options;
    options.batch = items;
    const held_bytes held;
    const vscg::trainer t(net, vscg::adam{1e-3}, trained_loss{}, vscg::threads{n}, options);
    is_counted(t.memory(), held());
  }
}

TEST_CASE("a warmed-up session allocates nothing") {
  if (!hooks_work()) return;
  const model net{vscg::seed{1}};
  const std::vector<float> audio(items * 10 * 128, 0.5F);
  const std::vector<float> visual(items * 10 * 49 * 512, 0.25F);
  for (const std::size_t n : {1U, 2U}) {
    session s(net.weights(), vscg::threads{n}, vscg::batch_capacity{items});
    s.infer(audio, visual);
    float seen = 0;
    const std::size_t allocated = count([&] {
      for (int call = 0; call < 3; ++call) seen += s.infer(audio, visual).event_relevance.data[0];
      const std::span<const float> one_audio(audio.data(), 10 * 128);  // fewer items in the next call
      const std::span<const float> one_visual(visual.data(), 10 * 49 * 512);
      seen += s.infer(one_audio, one_visual).event_relevance.data[0];
    });
    INFO(n << " threads, " << seen);
    CHECK(allocated == 0);
  }
}

TEST_CASE("a warmed-up training step allocates nothing") {
  if (!hooks_work()) return;
  model net{vscg::seed{1}};
  const std::vector<float> audio(items * 10 * 128, 0.5F);
  const std::vector<float> visual(items * 10 * 49 * 512, 0.25F);
  const std::vector<std::uint8_t> classes(items * 10, 7);
  const std::vector<float> tags(items * 29, 1.F / 29);
  std::array<std::vector<float>, trained_loss::targets::count> targets;
  trained_loss::fill(vscg::train::labels<float>{items, 10, 28, classes, tags}, targets);
  for (const std::size_t n : {1U, 2U}) {
    for (const std::size_t micro_batch : {0U, 2U}) {
      vscg::trainer_options options;
      options.batch = items;
      options.micro_batch = micro_batch;
      vscg::trainer t(net, vscg::adam{1e-3}, trained_loss{}, vscg::threads{n}, options);
      const auto step = [&] {
        return std::apply([&](const auto&... target) { return t.step(audio, visual, target...); }, targets);
      };
      step();
      double seen = 0;
      const std::size_t allocated = count([&] {
        for (int call = 0; call < 3; ++call) seen += step().total;
        t.optimizer.learning_rate = 5e-4;
        seen += step().total;
      });
      INFO(n << " threads, micro-batches of " << micro_batch << ", " << seen);
      CHECK(allocated == 0);
    }
  }
}

TEST_CASE("a warmed-up step while the next batch comes allocates nothing") {
  if (!hooks_work()) return;
  vscg::model<small_training::small_network, double, apart> net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-3}, small_training::squared_distance{}, vscg::threads{1},
                  small_training::of(8, 3, true));
  vscg::double_buffer ahead(t);
  const small_training::data d(8);
  const small_training::data fewer(5);
  const held_bytes held;
  ahead.step(d.x, d.y);
  CHECK(ahead.memory() <= held());
  CHECK(ahead.memory() > 2 * 8 * 5 * sizeof(double));  // for each of host and backend
  ahead.step(d.x, d.y);
  double seen = 0;
  const std::size_t allocated = count([&] {
    for (const auto* some : {&d, &fewer, &d}) seen += ahead.step(some->x, some->y)->total;
    seen += ahead.finish()->total;
  });
  INFO(seen);
  CHECK(allocated == 0);
  CHECK(t.steps() == 5);
}

TEST_CASE("warmed-up inference while the next batch comes allocates nothing") {
  if (!hooks_work()) return;
  const vscg::model<small_training::small_network, double, apart> net{vscg::seed{1}};
  vscg::session s(net, vscg::threads{1}, vscg::batch_capacity{8});
  vscg::inference_ahead ahead(s);
  const small_training::data d(8);
  const small_training::data fewer(5);
  const held_bytes held;
  ahead.infer(d.x);
  CHECK(ahead.memory() <= held());
  CHECK(ahead.memory() > 2 * 8 * 3 * sizeof(double));  // for each of host and backend
  ahead.infer(d.x);
  double seen = 0;
  const std::size_t allocated = count([&] {
    for (const auto* some : {&d, &fewer, &d}) seen += ahead.infer(some->x)->outputs.data[0];
    seen += ahead.finish()->outputs.data[0];
  });
  INFO(seen);
  CHECK(allocated == 0);
}
