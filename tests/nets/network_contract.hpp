// SPDX-License-Identifier: MIT
#pragma once

// What every network promises, on every backend: the same bits for any number of threads and for a video in any batch;
// masks that do not depend on the micro-batch; weights that move only if the loss reaches them, and never by a number
// that is not finite. A network's test calls each function with its types.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/core/for_each_part.hpp>
#include <vscg/core/random.hpp>
#include <vscg/core/team.hpp>
#include <vscg/model/loss.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/optim/adam.hpp>
#include <vscg/train/ave/labels.hpp>

namespace network_contract {

constexpr std::size_t items = 5;
constexpr std::size_t audio_size = 10 * 128;
constexpr std::size_t visual_size = 10 * 49 * 512;

/// Some videos with labels, five by default; the third is background only.
template <class T, class Loss>
struct batch {
  std::vector<T> audio;
  std::vector<T> visual;
  std::array<std::vector<T>, Loss::targets::count> targets;

  explicit batch(std::size_t videos = items) : audio(videos * audio_size), visual(videos * visual_size) {
    const vscg::random_stream sound(vscg::seed{11}, "audio");
    const vscg::random_stream picture(vscg::seed{11}, "visual");
    for (std::size_t i = 0; i < audio.size(); ++i) audio[i] = static_cast<T>(sound.uniform(i));
    for (std::size_t i = 0; i < visual.size(); ++i) {
      visual[i] = static_cast<T>(std::max(0.0, 3 * picture.uniform(i) - 2));
    }
    std::vector<std::uint8_t> classes(videos * 10, 28);
    std::vector<T> tags(videos * 29, T(0));
    for (std::size_t item = 0; item < videos; ++item) {
      const std::size_t events = item == 2 ? 0 : 3 + item;
      for (std::size_t t = 0; t < events; ++t) classes[item * 10 + t] = static_cast<std::uint8_t>(5 * item);
      tags[item * 29 + 5 * item] = static_cast<T>(events) / 10;
      tags[item * 29 + 28] = static_cast<T>(10 - events) / 10;
    }
    Loss::fill(vscg::train::labels<T>{videos, 10, 28, classes, tags}, targets);
  }

  template <class Trainer>
  auto step(Trainer& t) const {
    return std::apply([&](const auto&... target) { return t.step(audio, visual, target...); }, targets);
  }
  template <class Trainer>
  auto gradients(Trainer& t) const {
    return std::apply([&](const auto&... target) { return t.gradients(audio, visual, target...); }, targets);
  }
};

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return same_bits(std::span<const T>(a), std::span<const T>(b));
}

/// A copy of every output of a session.
template <class T, class Views>
std::vector<std::vector<T>> copied(const Views& views) {
  std::vector<std::vector<T>> all;
  vscg::for_each_output(views, [&](const auto& field, std::size_t) {
    const auto values = field.values();
    all.emplace_back(values.begin(), values.end());
  });
  return all;
}

template <class Network, class Loss, class T, class Backend>
void inference_has_the_same_bits() {
  const batch<T, Loss> data;
  const vscg::model<Network, T, Backend> net{vscg::seed{3}};
  using session = vscg::session<Network, T, Backend>;
  std::vector<std::vector<T>> first;
  for (const std::size_t n : {1U, 2U, 3U, 7U}) {
    session s(net.weights(), vscg::threads{n}, vscg::batch_capacity{n == 3 ? items + 4 : items});
    if (n == 2) s.running().poison_dead_memory(true);
    const auto got = copied<T>(s.infer(data.audio, data.visual));
    if (first.empty()) first = got;
    INFO(n << " threads");
    CHECK(got == first);  // no NaN among them
    CHECK(copied<T>(s.infer(data.audio, data.visual)) == first);
  }
  session one(net.weights(), vscg::threads{2}, vscg::batch_capacity{1});
  for (std::size_t item = 0; item < items; ++item) {
    const auto got = copied<T>(one.infer(std::span<const T>(data.audio).subspan(item * audio_size, audio_size),
                                         std::span<const T>(data.visual).subspan(item * visual_size, visual_size)));
    for (std::size_t k = 0; k < got.size(); ++k) {
      INFO("video " << item << " alone, output " << k);
      const auto in_batch = std::span<const T>(first[k]).subspan(item * got[k].size(), got[k].size());
      CHECK(same_bits(std::span<const T>(got[k]), in_batch));
    }
  }
}

/// Weights by name, without the padding between them.
template <class Model>
std::vector<std::vector<typename Model::scalar>> weights_of(const Model& net) {
  std::vector<std::vector<typename Model::scalar>> all;
  for (const auto& entry : net.weights().table().entries) all.push_back(net.weights().get(entry.name));
  return all;
}

template <class Model, class Loss>
using trainer_of = vscg::trainer<Model, vscg::adam, Loss>;

inline vscg::trainer_options options(std::size_t micro_batch = 0) {
  vscg::trainer_options o;
  o.batch = items;
  o.micro_batch = micro_batch;
  o.seed = 17;
  return o;
}

template <class Network, class Loss, class T, class Backend>
void training_has_the_same_bits() {
  using model = vscg::model<Network, T, Backend>;
  const batch<T, Loss> data;
  std::vector<std::vector<T>> first;
  std::vector<std::vector<T>> first_of_micro_batches;
  for (const std::size_t n : {1U, 2U, 3U, 7U}) {
    for (const std::size_t micro_batch : {std::size_t{0}, std::size_t{2}}) {
      model net{vscg::seed{3}};
      trainer_of<model, Loss> t(net, vscg::adam{1e-3}, Loss{}, vscg::threads{n}, options(micro_batch));
      if (n == 3) t.running().poison_dead_memory(true);
      data.step(t);
      data.step(t);
      auto& expected = micro_batch == 0 ? first : first_of_micro_batches;
      const auto got = weights_of(net);
      if (expected.empty()) expected = got;
      INFO(n << " threads, micro-batches of " << micro_batch);
      CHECK(got == expected);  // no NaN among them
    }
  }
}

/// The cheap form of both, for networks that are made of parts which others prove: two steps on three videos, in
/// micro-batches of two and one, then inference with the trained weights, in batches of one and of three. On one and on
/// three threads.
template <class Network, class Loss, class T, class Backend>
void keeps_its_bits() {
  constexpr std::size_t videos = 3;
  using model = vscg::model<Network, T, Backend>;
  const batch<T, Loss> data(videos);
  const auto part_of = [](const std::vector<T>& all, std::size_t first, std::size_t count) {
    const std::size_t size = all.size() / videos;
    return std::span<const T>(all).subspan(first * size, count * size);
  };
  auto steps = options(2);
  steps.batch = videos;
  // Drawing initial weights takes longer than some steps, so all begin with a copy of the same.
  model net{vscg::seed{3}};
  const auto numbers = [&] { return std::span(net.weights().data(), net.weights().table().buffer_elements); };
  const std::vector<T> start(numbers().begin(), numbers().end());
  const auto count_moved = [&](const std::vector<T>& from) {
    return std::ranges::count_if(net.weights().table().entries, [&](const auto& entry) {
      return !same_bits(std::span<const T>(from).subspan(entry.offset, entry.elements),
                        std::span<const T>(numbers()).subspan(entry.offset, entry.elements));
    });
  };
  std::vector<T> first_trained;
  std::vector<std::vector<T>> first_said;
  for (const std::size_t n : {1U, 3U}) {
    std::ranges::copy(start, numbers().begin());
    trainer_of<model, Loss> t(net, vscg::adam{1e-3}, Loss{}, vscg::threads{n}, steps);
    data.step(t);
    data.step(t);
    vscg::session<Network, T, Backend> s(net.weights(), vscg::threads{n}, vscg::batch_capacity{n});
    std::vector<std::vector<T>> said;
    vscg::for_each_part(videos, n, [&](std::size_t begin, std::size_t count) {
      const auto part = copied<T>(s.infer(part_of(data.audio, begin, count), part_of(data.visual, begin, count)));
      said.resize(part.size());
      for (std::size_t k = 0; k < part.size(); ++k) said[k].insert(said[k].end(), part[k].begin(), part[k].end());
    });
    if (n == 1) {
      CHECK(count_moved(start) > 0);
      first_trained.assign(numbers().begin(), numbers().end());
      first_said = said;
    }
    INFO(n << " threads");
    CHECK(count_moved(first_trained) == 0);
    CHECK(said == first_said);  // no NaN among them
  }
}

/// The weights after two steps on two videos, for comparing backends.
template <class Network, class Loss, class T, class Backend>
std::vector<std::vector<T>> trained(std::size_t threads) {
  using model = vscg::model<Network, T, Backend>;
  const batch<T, Loss> data(2);
  model net{vscg::seed{3}};
  auto steps = options();
  steps.batch = 2;
  trainer_of<model, Loss> t(net, vscg::adam{1e-3}, Loss{}, vscg::threads{threads}, steps);
  data.step(t);
  data.step(t);
  return weights_of(net);
}

/// A step in micro-batches equals the step on the whole batch, up to rounding; above all, masks are the same.
template <class Network, class Loss, class T, class Backend>
void micro_batches_do_not_matter() {
  using model = vscg::model<Network, T, Backend>;
  const batch<T, Loss> data;
  model net{vscg::seed{3}};
  trainer_of<model, Loss> whole(net, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, options());
  const auto expected = data.gradients(whole);
  auto other_masks = options();
  other_masks.seed = 18;
  trainer_of<model, Loss> other(net, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, other_masks);
  CHECK(std::abs(data.gradients(other).total - expected.total) > 1e-4 * expected.total);
  for (const std::size_t micro_batch : {1U, 2U}) {
    trainer_of<model, Loss> cut(net, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, options(micro_batch));
    const auto got = data.gradients(cut);
    CHECK(got.total == doctest::Approx(expected.total).epsilon(1e-6));
    for (std::size_t i = 0; i < got.terms.size(); ++i) {
      CHECK(got.terms[i] == doctest::Approx(expected.terms[i]).epsilon(1e-6));
    }
    for (const auto& entry : net.weights().table().entries) {
      INFO(entry.name);
      const auto a = cut.gradient(entry);
      const auto b = whole.gradient(entry);
      REQUIRE(a.size() == b.size());
      double difference = 0;
      double length = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(static_cast<double>(a[i] - b[i]), 2);
        length += std::pow(static_cast<double>(b[i]), 2);
      }
      CHECK(std::sqrt(difference) <= 1e-4 * std::sqrt(length));
    }
    const auto of_batch = [](const vscg::memory_plan& plan) { return plan.bytes() - plan.prepared_bytes(); };
    CHECK(of_batch(cut.running().plan()) < of_batch(whole.running().plan()) * 3 / 5);
  }
}

/// Two steps move what the loss reaches, and not one bit of the rest.
template <class Network, class Loss, class T, class Backend>
void only_what_the_loss_reaches_moves(const std::vector<std::string>& unreached) {
  using model = vscg::model<Network, T, Backend>;
  const batch<T, Loss> data;
  model net{vscg::seed{3}};
  const auto before = weights_of(net);
  trainer_of<model, Loss> t(net, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, options());
  data.step(t);
  data.step(t);
  const auto after = weights_of(net);
  std::vector<std::string> still;
  for (std::size_t k = 0; k < before.size(); ++k) {
    const auto& entry = net.weights().table().entries[k];
    INFO(entry.name);
    CHECK(t.reached(entry.id) == !same_bits(before[k], after[k]));
    if (same_bits(before[k], after[k])) still.push_back(entry.name);
    CHECK(t.gradient(entry).size() == (t.reached(entry.id) ? entry.elements : 0));
  }
  std::sort(still.begin(), still.end());
  CHECK(still == unreached);
}

/// Numbers that are not finite, in data or by overflow, end the step. Weights and moments are as they were, the error
/// names the operation, and the next step is what it would have been anyway.
template <class Network, class Loss, class T, class Backend>
void what_is_not_finite_changes_nothing(const std::string& first_operation) {
  using model = vscg::model<Network, T, Backend>;
  const batch<T, Loss> good;
  model undisturbed{vscg::seed{3}};
  trainer_of<model, Loss> expected(undisturbed, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, options(2));
  good.step(expected);

  model net{vscg::seed{3}};
  trainer_of<model, Loss> t(net, vscg::adam{1e-3}, Loss{}, vscg::threads{2}, options(2));
  const auto before = weights_of(net);
  const auto refused = [&](const batch<T, Loss>& bad, const std::string& operation) {
    const auto moments = t.state().moments(1);
    const auto progress = t.state().progress();
    std::string message;
    try {
      bad.step(t);
    } catch (const vscg::not_finite& problem) {
      message = problem.what();
    }
    INFO(message);
    CHECK(message.find(operation) != std::string::npos);
    CHECK(t.state().moments(1) == moments);
    CHECK(t.state().progress() == progress);
  };
  batch<T, Loss> bad = good;
  bad.audio[3 * audio_size + 7] = std::numeric_limits<T>::quiet_NaN();  // in the second micro-batch
  refused(bad, "step 1: input 0, item 3 (element 7): expected finite numbers, found NaN");
  bad = good;
  bad.visual[5] = std::numeric_limits<T>::infinity();
  refused(bad, "step 1: input 1, item 0 (element 5): expected finite numbers, found infinity");
  const std::size_t named = first_operation.find('(') + 1;
  const std::string parameter = first_operation.substr(named, first_operation.size() - named - 1);
  T& number = net.weights().data()[net.weights().table().find(parameter)->offset];
  const T weight = std::exchange(number, std::numeric_limits<T>::quiet_NaN());
  refused(good, "step 1: expected a finite loss and gradients, found loss");
  refused(good, first_operation);
  number = weight;
  CHECK(weights_of(net) == before);
  CHECK(t.steps() == 0);

  good.step(t);
  CHECK(t.steps() == 1);
  CHECK(weights_of(net) == weights_of(undisturbed));

  // A rate that throws the weights far out: this step is taken, and the next one overflows.
  t.optimizer.learning_rate = 1e30;
  good.step(t);
  const auto far_out = weights_of(net);
  refused(good, "step 3: ");
  CHECK(weights_of(net) == far_out);
}

}  // namespace network_contract
