// SPDX-License-Identifier: MIT
//
// The fully supervised VSCG in float: a training step at batch 128 and inference of 1, 32 and 402 videos, with 1 and 2
// threads. Before anything is timed, results are checked: threads change no bit, and float agrees with double.
// "GFLOP/s" counts the products of the traced program; "share" divides it by the machine's product rate (Eigen's on
// [4900 x 512]·[512 x 512], float, one core, measured here just before) times the threads.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <span>
#include <tuple>
#include <vector>

#include <benchmark/benchmark.h>

#include <vscg/train/ave/labels.hpp>
#include <vscg/vscg.hpp>

#include "measure.hpp"
#include "videos.hpp"

namespace {

using net = vscg::vscg_net;
using model_type = vscg::model<net, float, vscg::cpu>;
using loss = vscg::negative_pair_filter_loss<>;

using benchmarks::audio_size;
using benchmarks::visual_size;

/// The videos of one process, enough for the largest case.
const benchmarks::videos& data() {
  static const benchmarks::videos all(402);
  return all;
}

void check() {
  const model_type m{vscg::seed{1}};
  const auto a = data().sound(4);
  const auto v = data().sight(4);
  vscg::session<net, float, vscg::cpu> one(m.weights(), vscg::threads{1}, vscg::batch_capacity{4});
  vscg::session<net, float, vscg::cpu> two(m.weights(), vscg::threads{2}, vscg::batch_capacity{4});
  const auto x = one.infer(a, v);
  const auto y = two.infer(a, v);
  const auto left = x.segment_scores.values();
  const auto right = y.segment_scores.values();
  if (!std::equal(left.begin(), left.end(), right.begin())) benchmarks::refuse("two threads give other bits than one");

  vscg::model<net, double, vscg::cpu> exact{vscg::seed{1}};
  for (const auto& entry : m.weights().table().entries) {
    const auto values = m.weights().get(entry.name);
    exact.weights().set(entry.name, std::vector<double>(values.begin(), values.end()));
  }
  const auto reference = exact.infer(std::vector<double>(a.begin(), a.end()), std::vector<double>(v.begin(), v.end()));
  double worst = 0;
  double largest = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(left[i]) - reference.segment_scores.numbers[i]));
    largest = std::max(largest, std::abs(reference.segment_scores.numbers[i]));
  }
  if (!(worst <= 1e-4 * largest)) benchmarks::refuse("float and double differ");
}

void training_step(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  const auto micro_batch = static_cast<std::size_t>(state.range(1));
  constexpr std::size_t batch = 128;
  model_type m{vscg::seed{1}};
  vscg::trainer_options options;
  options.batch = batch;
  options.micro_batch = micro_batch;
  vscg::trainer t{m, vscg::adam{1e-3}, loss{}, vscg::threads{threads}, options};
  std::array<std::vector<float>, loss::targets::count> targets;
  loss::fill(vscg::train::labels<float>{batch, 10, 28, std::span(data().classes).first(batch * 10), data().tags},
             targets);
  const auto step = [&] {
    return std::apply(
        [&](const auto&... target) { return t.step(data().sound(batch), data().sight(batch), target...); }, targets);
  };
  step();
  state.counters["arena MiB"] = static_cast<double>(t.running().plan().bytes()) / 1048576.0;
  benchmarks::run_in_turns(state, t.steps_traced().flops_per_item() * batch, threads,
                           [&] { benchmark::DoNotOptimize(step().total); });
}

void inference(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  const auto items = static_cast<std::size_t>(state.range(1));
  constexpr std::size_t at_once = 16;
  const model_type m{vscg::seed{1}};
  vscg::session<net, float, vscg::cpu> s(m.weights(), vscg::threads{threads},
                                         vscg::batch_capacity{std::min(items, at_once)});
  const auto run = [&] {
    for (std::size_t first = 0; first < items; first += at_once) {
      const std::size_t n = std::min(at_once, items - first);
      const auto out = s.infer(data().sound(items).subspan(first * audio_size, n * audio_size),
                               data().sight(items).subspan(first * visual_size, n * visual_size));
      benchmark::DoNotOptimize(out.event_relevance.data);
    }
  };
  run();
  state.counters["arena MiB"] = static_cast<double>(s.memory()) / 1048576.0;
  benchmarks::run_in_turns(state, s.traced().flops_per_item() * static_cast<double>(items), threads, run);
}

BENCHMARK(training_step)
    ->ArgNames({"threads", "micro_batch"})
    ->ArgsProduct({{1, 2}, {16, 32, 128}})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(15);
BENCHMARK(inference)
    ->ArgNames({"threads", "videos"})
    ->ArgsProduct({{1, 2}, {1, 32, 402}})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->Iterations(15);

}  // namespace

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  check();
  std::cout << "machine's product rate (" << benchmarks::compiler() << "): " << benchmarks::product_rate<float>()
            << " GFLOP/s per core\n";
  benchmark::RunSpecifiedBenchmarks();
}
