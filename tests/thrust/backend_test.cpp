// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/thrust/backend.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/random.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nets/vscg/negative_pair_filter_loss.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/train/ave/labels.hpp>

#include "model/small_training.hpp"
#include "support/counted_allocations.hpp"

namespace {

using backend = vscg::thrust_backend<vscg::thrust_system::cpp>;
using model = vscg::model<vscg::vscg_net, float, backend>;
using session = vscg::session<vscg::vscg_net, float, backend>;
using trained_loss = vscg::negative_pair_filter_loss<>;

std::vector<float> numbers(std::string_view name, std::size_t count) {
  const vscg::random_stream stream(vscg::seed{3}, name);
  std::vector<float> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<float>(stream.uniform(i));
  return all;
}

constexpr std::size_t audio_size = std::size_t{10} * 128;
constexpr std::size_t visual_size = std::size_t{10} * 49 * 512;

/// A batch for training.
struct batch {
  std::vector<float> audio, visual;
  std::array<std::vector<float>, trained_loss::targets::count> targets;

  explicit batch(std::size_t items)
      : audio(numbers("audio", items * audio_size)), visual(numbers("visual", items * visual_size)) {
    std::vector<std::uint8_t> classes(items * 10, 28);
    for (std::size_t i = 0; i < items; ++i) classes[i * 10 + 4] = classes[i * 10 + 5] = static_cast<std::uint8_t>(i);
    const std::vector<float> tags(items * 29, 1.F / 29);
    trained_loss::fill(vscg::train::labels<float>{items, 10, 28, classes, tags}, targets);
  }

  template <class Trainer>
  auto step(Trainer& t) const {
    return std::apply([&](const auto&... target) { return t.step(audio, visual, target...); }, targets);
  }
};

vscg::trainer_options options_for(std::size_t items) {
  vscg::trainer_options options;
  options.batch = items;
  return options;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::bit_cast<std::uint32_t>(a[i]) != std::bit_cast<std::uint32_t>(b[i])) return false;
  }
  return true;
}

/// The weights after two steps, dropout included.
std::vector<float> trained_weights(const batch& data, std::size_t items, std::size_t threads, bool poison) {
  model net{vscg::seed{1}};
  vscg::trainer t(net, vscg::adam{1e-3}, trained_loss{}, vscg::threads{threads}, options_for(items));
  t.running().poison_dead_memory(poison);
  for (int step = 0; step < 2; ++step) data.step(t);
  return {net.weights().data(), net.weights().data() + net.weights().table().buffer_elements};
}

}  // namespace

TEST_CASE("thrust: five batches of one video give the same bits as one batch of five") {
  constexpr std::size_t items = 5;
  const model net{vscg::seed{1}};
  const auto audio = numbers("audio", items * audio_size);
  const auto visual = numbers("visual", items * visual_size);
  session together(net.weights(), vscg::threads{1}, vscg::batch_capacity{items});
  session alone(net.weights(), vscg::threads{1}, vscg::batch_capacity{1});
  std::vector<std::vector<float>> expected;
  const auto all = together.infer(audio, visual);
  vscg::visit_members(all, [&](const auto& field, std::string_view) {
    expected.emplace_back(field.values().begin(), field.values().end());
  });
  for (std::size_t item = 0; item < items; ++item) {
    const auto views = alone.infer(std::span<const float>(audio).subspan(item * audio_size, audio_size),
                                   std::span<const float>(visual).subspan(item * visual_size, visual_size));
    std::size_t k = 0;
    vscg::visit_members(views, [&](const auto& field, std::string_view name) {
      const auto values = field.values();
      INFO(name << " of video " << item);
      REQUIRE(expected[k].size() == items * values.size());
      CHECK(same_bits(values, std::span<const float>(expected[k]).subspan(item * values.size(), values.size())));
      ++k;
    });
    CHECK(k == expected.size());
  }
}

TEST_CASE("thrust: training gives the same bits every time, for any number of threads, whatever dead memory holds") {
  constexpr std::size_t items = 2;
  const batch data(items);
  const auto first = trained_weights(data, items, 1, false);
  const auto again = trained_weights(data, items, 3, true);
  CHECK(same_bits(first, again));
  const model untrained{vscg::seed{1}};
  CHECK_FALSE(same_bits(first, {untrained.weights().data(), first.size()}));
}

TEST_CASE("thrust: a warmed-up call and a warmed-up step allocate nothing") {
  if (!counted_allocations::hooks_work()) return;
  constexpr std::size_t items = 2;
  const batch data(items);
  model net{vscg::seed{1}};
  session s(net.weights(), vscg::threads{1}, vscg::batch_capacity{items});
  vscg::trainer t(net, vscg::adam{1e-3}, trained_loss{}, vscg::threads{1}, options_for(items));
  s.infer(data.audio, data.visual);
  data.step(t);

  float seen = 0;
  double loss = 0;
  const std::size_t allocated = counted_allocations::count([&] {
    seen = s.infer(data.audio, data.visual).event_relevance.data[0];
    loss = data.step(t).total;
  });
  CHECK(allocated == 0);
  CHECK(std::isfinite(static_cast<double>(seen) + loss));
}

TEST_CASE("thrust: gradients are clipped; a step that would leave a weight that is not finite changes nothing") {
  using small = vscg::model<small_training::small_network, float, backend>;
  small net{vscg::seed{1}};
  auto options = options_for(8);
  options.clip_grad_norm = 1e-3;
  vscg::trainer t(net, vscg::adam{1e-2}, small_training::squared_distance{}, vscg::threads{1}, options);
  const auto x = numbers("x", 24);
  const auto y = numbers("y", 16);
  t.step(x, y);
  double squares = 0;
  for (const auto& entry : t.table().entries) {
    for (const float g : t.gradient(entry)) squares += static_cast<double>(g) * static_cast<double>(g);
  }
  CHECK(std::sqrt(squares) == doctest::Approx(1e-3).epsilon(0.01));  // less what 1e-6 takes from it
  const auto before = small_training::flat(net);
  t.optimizer.learning_rate = 2e38;
  CHECK_THROWS_AS(t.step(x, y), vscg::not_finite);
  CHECK(small_training::flat(net) == before);
  CHECK(t.state().progress()[0] == 1);
  t.optimizer.learning_rate = 1e-2;
  t.step(x, y);
  CHECK(small_training::flat(net) != before);
}

TEST_CASE_TEMPLATE("thrust: rows, sums and maxima of any length", T, float, double) {
  const vscg::single_group<T> group;
  const std::vector<T> values{3, -1, 4, 1, -5};
  const auto load = [&](auto i) { return i.load(values.data()); };
  CHECK(group.sum(5, load) == T(2));
  CHECK(group.max(5, load) == T(4));
  CHECK(group.sum(0, load) == T(0));
  CHECK(group.max(0, load) == -std::numeric_limits<T>::infinity());
  CHECK(vscg::thrust_backend<vscg::thrust_system::cpp>::executor<T>(vscg::threads{4}).workers() == 1);
}
