// SPDX-License-Identifier: MIT
//
// A GPU: what the card can do (`rate`), then the fully supervised VSCG on it, a training step at batch 128 and
// inference of 1, 32 and 402 videos, from features in the card's memory, and both from the host's too. Before
// anything is timed, the card's results are compared with the CPU's. "share" divides by the card's rate of products in
// the same precision, measured just before.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <vscg/backend/memory.hpp>
#include <vscg/core/error.hpp>
#include <vscg/cuda/backend.hpp>
#include <vscg/cuda/card.hpp>
#include <vscg/cuda/products.hpp>
#include <vscg/model/inference_ahead.hpp>
#include <vscg/train/ave/labels.hpp>
#include <vscg/vscg.hpp>

#include "measure.hpp"
#include "videos.hpp"

namespace {

using net = vscg::vscg_net;
using loss = vscg::negative_pair_filter_loss<>;
using card_backend = vscg::cuda_chosen;
using memory = card_backend::memory;
using vscg::cuda_card;
using vscg::products;

/// Seconds that the card takes for one call of `launch`, of several in a row: the host does not wait in between.
template <class Executor, class Launch>
double seconds_of(Executor& card, Launch launch) {
  constexpr int calls = 20;
  launch();
  card.wait();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) launch();
  card.wait();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / calls;
}

/// GFLOP/s of the product that stage 1 makes of a batch's picture: [62720 x 512]·[512 x 512].
double product_rate(products precision) {
  static std::array<double, 8> rates{};
  double& rate = rates.at(static_cast<std::size_t>(precision));
  if (rate == 0) {
    constexpr std::size_t m = 62720, n = 512, k = 512;
    const cuda_card chosen{0, precision};
    card_backend::executor<float> card{vscg::threads{1}};
    vscg::buffer<float, memory> a(m * k), b(n * k), c(m * n);
    vscg::gemm_arguments<float> p;
    p.trans_b = true;
    p.m = m;
    p.n = n;
    p.k = k;
    p.a = a.data();
    p.lda = k;
    p.b = b.data();
    p.ldb = k;
    p.c = c.data();
    p.ldc = n;
    rate = 2e-9 * m * n * k / seconds_of(card, [&] { card.gemm(p); });
  }
  return rate;
}

void rate_of_products(benchmark::State& state, products precision) {
  for (auto _ : state) state.SetIterationTime(1e-9 * 2.0 * 62720 * 512 * 512 / product_rate(precision));
  state.counters["GFLOP/s"] = product_rate(precision);
}

/// Bytes read and written by a kernel that copies 256 MiB.
void rate_of_copies(benchmark::State& state) {
  constexpr std::size_t n = std::size_t{1} << 26U;
  card_backend::executor<float> card{vscg::threads{1}};
  vscg::buffer<float, memory> from(n), to(n);
  const double seconds = seconds_of(card, [&] {
    card.each(n, 1, vscg::kernels::copy_gradient<float>{from.data(), {to.data(), false}});
  });
  for (auto _ : state) state.SetIterationTime(seconds);
  state.counters["GB/s"] = 8e-9 * static_cast<double>(n) / seconds;
}

/// A graph of 100 kernels in a row that do next to nothing: what a node costs.
void rate_of_nodes(benchmark::State& state) {
  constexpr int nodes = 100;
  card_backend::executor<float> card{vscg::threads{1}};
  vscg::buffer<float, memory> from(1), to(1);
  const auto graph = [&] {
    card.replay(0, [&] {
      for (int i = 0; i < nodes; ++i)
        card.each(1, 1, vscg::kernels::copy_gradient<float>{from.data(), {to.data(), false}});
    });
  };
  graph();
  graph();
  const double seconds = seconds_of(card, graph);
  for (auto _ : state) state.SetIterationTime(seconds);
  state.counters["us per node"] = 1e6 * seconds / nodes;
}

/// A batch's videos and targets.
const benchmarks::videos& data() {
  static const benchmarks::videos all(402);
  return all;
}

std::array<std::vector<float>, loss::targets::count> targets_of(std::size_t items) {
  std::array<std::vector<float>, loss::targets::count> targets;
  loss::fill(vscg::train::labels<float>{items, 10, 28, std::span(data().classes).first(items * 10), data().tags},
             targets);
  return targets;
}

template <class Backend>
std::vector<float> scores(std::size_t items) {
  const vscg::model<net, float, card_backend> m{vscg::seed{1}};
  vscg::session<net, float, card_backend> s(m.weights(), vscg::threads{1}, vscg::batch_capacity{items});
  const auto values = s.infer(data().sound(items), data().sight(items)).segment_scores.values();
  return {values.begin(), values.end()};
}

/// Refuses to measure a card whose results are not the CPU's, within what the precision allows.
void check(products precision, double tolerance) {
  const cuda_card chosen{0, precision};
  const auto expected = scores<vscg::cpu>(4);
  const auto got = scores<card_backend>(4);
  double worst = 0;
  double largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - static_cast<double>(expected[i])));
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  if (!(worst <= tolerance * largest)) benchmarks::refuse(card_backend::description() + " differs from the CPU");
}

void report(benchmark::State& state, products precision, double flops, double seconds) {
  state.counters["GFLOP/s"] = 1e-9 * flops / seconds;
  state.counters["share"] = 1e-9 * flops / seconds / product_rate(precision);
}

/// All videos in the card's memory.
const auto& resident() {
  static const auto all = [] {
    vscg::session<net, float, card_backend>::resident features(data().items);
    features.put(0, data().sound(data().items), data().sight(data().items));
    return features;
  }();
  return all;
}

std::vector<std::size_t> rows(std::size_t items) {
  std::vector<std::size_t> all(items);
  for (std::size_t i = 0; i < items; ++i) all[i] = i * 5 % data().items;
  return all;
}

void training_step(benchmark::State& state, products precision, bool from_host) {
  const cuda_card chosen{0, precision};
  constexpr std::size_t batch = 128;
  vscg::model<net, float, card_backend> m{vscg::seed{1}};
  vscg::trainer_options options;
  options.batch = batch;
  vscg::trainer t{m, vscg::adam{1e-3}, loss{}, vscg::threads{1}, options};
  const auto targets = targets_of(batch);
  const auto picked = rows(batch);
  const auto step = [&] {
    return std::apply(
        [&](const auto&... target) {
          return from_host ? t.step(data().sound(batch), data().sight(batch), target...)
                           : t.step(resident(), picked, target...);
        },
        targets);
  };
  for (int i = 0; i < 3; ++i) step();  // as it is, recorded, as a graph
  state.counters["MiB"] = static_cast<double>(t.memory()) / 1048576.0;
  report(state, precision, t.steps_traced().flops_per_item() * batch,
         benchmarks::run(state, [&] { benchmark::DoNotOptimize(step().total); }));
}

void inference(benchmark::State& state, products precision) {
  const cuda_card chosen{0, precision};
  const auto items = static_cast<std::size_t>(state.range(0));
  const vscg::model<net, float, card_backend> m{vscg::seed{1}};
  vscg::session<net, float, card_backend> s(m.weights(), vscg::threads{1}, vscg::batch_capacity{items});
  const auto picked = rows(items);
  const auto run = [&] { benchmark::DoNotOptimize(s.infer(resident(), picked).event_relevance.data); };
  for (int i = 0; i < 3; ++i) run();
  state.counters["MiB"] = static_cast<double>(s.memory()) / 1048576.0;
  report(state, precision, s.traced().flops_per_item() * static_cast<double>(items), benchmarks::run(state, run));
}

/// All videos from the host's memory, 128 at a time: each batch copied after the results of the one before, or
/// meanwhile, or meanwhile and from memory that the card copies from by itself.
enum class source { waits, ahead, ahead_pinned };
void inference_from_host(benchmark::State& state, products precision, source from) {
  const cuda_card chosen{0, precision};
  constexpr std::size_t at_once = 128;
  const std::size_t items = data().items;
  const vscg::model<net, float, card_backend> m{vscg::seed{1}};
  vscg::session<net, float, card_backend> s(m.weights(), vscg::threads{1}, vscg::batch_capacity{at_once});
  vscg::inference_ahead ahead(s);
  std::span<const float> sound = data().sound(items), sight = data().sight(items);
  vscg::buffer<float, memory::host> pinned(from == source::ahead_pinned ? sound.size() + sight.size() : 0);
  if (from == source::ahead_pinned) {
    std::copy(sound.begin(), sound.end(), pinned.data());
    std::copy(sight.begin(), sight.end(), pinned.data() + sound.size());
    sight = {pinned.data() + sound.size(), sight.size()};
    sound = {pinned.data(), sound.size()};
  }
  const auto run = [&] {
    for (std::size_t first = 0; first < items; first += at_once) {
      const auto part = [&](auto all) {
        const std::size_t each = all.size() / items;
        return all.subspan(first * each, std::min(at_once, items - first) * each);
      };
      if (from == source::waits)
        benchmark::DoNotOptimize(s.infer(part(sound), part(sight)).event_relevance.data);
      else
        benchmark::DoNotOptimize(ahead.infer(part(sound), part(sight)).has_value());
    }
    ahead.finish();
  };
  for (int i = 0; i < 4; ++i) run();
  state.counters["MiB"] = static_cast<double>(s.memory() + ahead.memory()) / 1048576.0;
  report(state, precision, s.traced().flops_per_item() * static_cast<double>(items), benchmarks::run(state, run));
}

void add_all(products precision, const std::string& name) {
  benchmark::RegisterBenchmark(("rate/product/" + name).c_str(), rate_of_products, precision)
      ->UseManualTime()
      ->Iterations(1);
  for (const bool from_host : {false, true}) {
    benchmark::RegisterBenchmark(("step/" + name + (from_host ? "/from_host" : "")).c_str(), training_step, precision,
                                 from_host)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  const std::pair<const char*, source> sources[] = {
      {"waits", source::waits}, {"ahead", source::ahead}, {"ahead_pinned", source::ahead_pinned}};
  for (const auto& [how, from] : sources) {
    if (precision != products::exact) break;  // what differs is the copies
    benchmark::RegisterBenchmark(("infer/" + name + "/from_host/" + how).c_str(), inference_from_host, precision, from)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  benchmark::RegisterBenchmark(("infer/" + name).c_str(), inference, precision)
      ->Arg(1)
      ->Arg(32)
      ->Arg(402)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace

int main(int count, char** arguments) try {
  benchmark::Initialize(&count, arguments);
  benchmark::RegisterBenchmark("rate/copy", rate_of_copies)->UseManualTime()->Iterations(1);
  benchmark::RegisterBenchmark("rate/node", rate_of_nodes)->UseManualTime()->Iterations(1);
  struct {
    products precision;
    const char* name;
    double tolerance;
  } const all[] = {{products::exact, "exact", 1e-4},
                   {products::split, "split", 1e-4},
                   {products::tf32, "tf32", 2e-2},
                   {products::bf16, "bf16", 1e-1}};
  for (const auto& one : all) {
    check(one.precision, one.tolerance);
    add_all(one.precision, one.name);
  }
  benchmark::RunSpecifiedBenchmarks();
} catch (const vscg::expectation_error& problem) {
  benchmarks::refuse(problem.what());
}
