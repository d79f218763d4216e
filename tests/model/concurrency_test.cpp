// SPDX-License-Identifier: MIT
#include <cstddef>
#include <span>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/core/random.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/model/model.hpp>
#include <vscg/model/session.hpp>
#include <vscg/nets/vscg/vscg_net.hpp>

#include "model/small_training.hpp"
#include "support/apart.hpp"

// Runs under thread sanitizer: inference is const, and sessions share only const weights.

namespace {

using model = vscg::model<vscg::vscg_net, float, vscg::cpu>;
using session = vscg::session<vscg::vscg_net, float, vscg::cpu>;

std::vector<float> features(const char* name, std::size_t count, std::size_t video) {
  const vscg::random_stream stream(vscg::seed{video}, name);
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(stream.uniform(i));
  return numbers;
}

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

}  // namespace

TEST_CASE("sessions in several threads share const weights, and each gives its own video's numbers") {
  constexpr std::size_t callers = 3;
  const model net{vscg::seed{1}};
  std::vector<std::vector<float>> audio;
  std::vector<std::vector<float>> visual;
  std::vector<std::vector<float>> expected;
  for (std::size_t k = 0; k < callers; ++k) {
    audio.push_back(features("audio", 10 * 128, k));
    visual.push_back(features("visual", 10 * 49 * 512, k));
    session alone(net.weights());
    expected.push_back(copy(alone.infer(audio[k], visual[k]).event_category.values()));
  }
  std::vector<std::vector<float>> got(callers);
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < callers; ++k) {
    threads.emplace_back([&, k] {
      session mine(net.weights(), vscg::threads{1 + k % 2}, vscg::batch_capacity{1});  // built at the same time too
      for (int call = 0; call < 2; ++call) got[k] = copy(mine.infer(audio[k], visual[k]).event_category.values());
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t k = 0; k < callers; ++k) CHECK(got[k] == expected[k]);
  CHECK(expected[0] != expected[1]);
}

TEST_CASE("threads infer the batches of their own while the next ones come, with const weights that they share") {
  constexpr std::size_t callers = 3;
  const vscg::model<small_training::small_network, double, apart> net{vscg::seed{1}};
  const auto x = small_training::data(8).x;
  const auto expected = net.infer(x).numbers;
  std::vector<std::vector<double>> got(callers);
  std::vector<std::thread> threads;
  for (std::size_t k = 0; k < callers; ++k) {
    threads.emplace_back([&, k] {
      vscg::session mine(net, vscg::threads{1}, vscg::batch_capacity{8});
      vscg::inference_ahead ahead(mine);
      ahead.infer(x);
      for (int call = 0; call < 4; ++call) ahead.infer(x);
      const auto last = ahead.finish()->outputs.values();
      got[k].assign(last.begin(), last.end());
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& numbers : got) CHECK(numbers == expected);
}

TEST_CASE("several threads call a const model at the same time") {
  const model net{vscg::seed{1}};
  const auto audio = features("audio", 10 * 128, 1);
  const auto visual = features("visual", 10 * 49 * 512, 1);
  const auto expected = net.infer(audio, visual).event_relevance.numbers;
  std::vector<std::vector<float>> got(2);
  std::thread first([&] { got[0] = net.infer(audio, visual).event_relevance.numbers; });
  std::thread second([&] { got[1] = net.infer_with(vscg::threads{2}, audio, visual).event_relevance.numbers; });
  first.join();
  second.join();
  CHECK(got[0] == expected);
  CHECK(got[1] == expected);
}
