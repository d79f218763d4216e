// SPDX-License-Identifier: MIT
//
// Every layer by itself in float, with the shapes it has in VSCG, on 1 and 32 videos, with 1 and 2 threads:
//
//   forward    a call of a session; for dropout, which inference leaves out, the forward part of a training step
//   backward   forward and gradients of parameters and inputs, including the copies of weights that a change requires.
//              The slope at the result is given: copying it stands for everything that would follow the layer
//   adam       the optimizer's update of all of the network's weights
//
// Before a case is timed, all its results and gradients are compared with the same layer in double precision, and
// Adam's with a plain loop: it is measured only if relative errors (Euclidean norms) of arrays are at most 1e-4.
//
// "GFLOP/s" counts the products; "share" divides it by the machine's product rate (Eigen's on [4900 x 512]·[512 x 512],
// float, one core, measured in this run) times the threads. For layers without products, "GB/s" counts each step's
// arrays once, and "of_copy" divides it by one core's rate of copying what no cache holds. It can be above 1, because
// these layers' arrays are small enough for a cache.

#include <cmath>
#include <cstddef>
#include <iostream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <vscg/vscg.hpp>

#include "layer_run.hpp"
#include "measure.hpp"
#include "peers/escm_alone.hpp"

namespace {

using benchmarks::alone;
using benchmarks::layer_inference;
using benchmarks::layer_training;
using vscg::dyn;
using vscg::shape;

/// Wraps a stage that takes both streams and returns both.
template <class Stage>
struct streams_alone {
  Stage stage;
  VSCG_NAMED_MEMBERS((stage, ""))
  using inputs = peers::escm_alone::inputs;

  template <vscg::Var Audio, vscg::Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto out = stage(audio, visual);
    return peers::stream_outputs<vscg::var_field<typename Audio::tag>>{out.audio, out.visual};
  }
};

template <class Field>
struct attended_outputs {
  typename Field::template type<shape<dyn, 10, 512>> visual;
  typename Field::template type<shape<dyn, 10, 49>> map;
  VSCG_MEMBERS(visual, map)

  template <class F>
  using rebind = attended_outputs<F>;
};

struct attention_alone {
  vscg::region_attention<> attention;
  VSCG_NAMED_MEMBERS((attention, ""))
  using inputs = vscg::input_shapes<shape<dyn, 10, 128>, shape<dyn, 10, 49, 512>>;

  template <vscg::Var Audio, vscg::Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto out = attention(audio, visual);
    return attended_outputs<vscg::var_field<typename Audio::tag>>{out.visual, out.map};
  }
};

struct softmax_layer {
  VSCG_MEMBERS()

  template <vscg::Var X>
  auto operator()(const X& x) const {
    return vscg::softmax(x);
  }
};

struct fifth_dropped {
  vscg::nn::dropout drop{0.2};
  VSCG_MEMBERS(drop)
  using inputs = vscg::input_shapes<vscg::shape<vscg::dyn, 10, 256>>;

  template <vscg::Var X>
  auto operator()(const X& x) const {
    return drop(x);
  }
};

constexpr double limit = 1e-4;

/// Empty if the results of this case are right. Google Benchmark enters a case several times; one check is enough.
template <class Run, class Exact>
const std::string& fault_of(std::size_t threads, std::size_t videos, Run& run, const typename Exact::weights& exact) {
  static std::map<std::pair<std::size_t, std::size_t>, std::string> known;
  const auto [at, unknown] = known.try_emplace({threads, videos});
  if (unknown) {
    Exact reference(exact, vscg::threads{1}, videos);
    const double error = benchmarks::error_of(run.results(), reference.results());
    if (!(error <= limit)) {
      std::ostringstream text;
      text << "differs from double precision by " << error << ", limit " << limit;
      at->second = text.str();
    }
  }
  return at->second;
}

template <class Network>
const vscg::weights<Network, float, vscg::cpu>& weights_of() {
  static const vscg::weights<Network, float, vscg::cpu> drawn(vscg::seed{1});
  return drawn;
}

void report(benchmark::State& state, const vscg::program& p, std::size_t threads, std::size_t videos, bool forward_only,
            double seconds) {
  const double flops = p.flops_per_item() * static_cast<double>(videos);
  if (flops > 0)
    benchmarks::report_products(state, flops, threads, seconds);
  else
    benchmarks::report_bytes(state, benchmarks::bytes_of(p, videos, sizeof(float), forward_only), seconds);
}

/// Checks one run of `Run<Network, float>` against `Run<Network, double>`, then measures `work` on it.
template <template <class, class> class Run, class Network, class Work>
void measure(benchmark::State& state, bool forward_only, Work work) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  const auto videos = static_cast<std::size_t>(state.range(1));
  static const auto exact = benchmarks::copy_of<double>(weights_of<Network>());
  Run<Network, float> run(weights_of<Network>(), vscg::threads{threads}, videos);
  const std::string& fault = fault_of<Run<Network, float>, Run<Network, double>>(threads, videos, run, exact);
  if (!fault.empty()) {
    state.SkipWithError(fault.c_str());
    return;
  }
  work(run);  // touches its memory for the first time
  report(state, run.traced(), threads, videos, forward_only, benchmarks::run(state, [&] { work(run); }));
}

template <class Network>
void forward(benchmark::State& state) {
  measure<layer_inference, Network>(state, true, [](auto& run) { run.run(); });
}
template <class Network>
void forward_in_training(benchmark::State& state) {
  measure<layer_training, Network>(state, true, [](auto& run) { run.forward(); });
}
template <class Network>
void backward(benchmark::State& state) {
  measure<layer_training, Network>(state, false, [](auto& run) { run.step(); });
}

/// The error of three updates against the formula in double precision, relative to how far the weights move.
double error_of_adam(const vscg::adam& settings, std::span<const float> start, std::span<const float> gradient,
                     std::span<const float> found) {
  double distance = 0;
  double length = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double g = static_cast<double>(gradient[i]);
    double m = 0;
    double v = 0;
    double moved = 0;
    for (int t = 1; t <= 3; ++t) {
      m = settings.beta1 * m + (1 - settings.beta1) * g;
      v = settings.beta2 * v + (1 - settings.beta2) * g * g;
      moved -= settings.learning_rate * (m / (1 - std::pow(settings.beta1, t))) /
               (std::sqrt(v / (1 - std::pow(settings.beta2, t))) + settings.epsilon);
    }
    const double difference = static_cast<double>(found[i]) - static_cast<double>(start[i]) - moved;
    distance += difference * difference;
    length += moved * moved;
  }
  return std::sqrt(distance / length);
}

void adam_update(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  const std::size_t elements = weights_of<vscg::vscg_net>().count();
  const auto start = benchmarks::draw<float>(elements, "weights");
  const auto gradient = benchmarks::draw<float>(elements, "gradients");
  auto weights = benchmarks::draw<float>(elements, "weights");
  const vscg::adam settings{1e-3};
  vscg::cpu::executor<float> backend(vscg::threads{threads});
  vscg::adam::state<float, vscg::cpu> moments("adam", elements, {{0, elements}});
  const float loss = 0;
  const auto numbers = settings.numbers();
  const auto update = [&] { moments.update(&numbers, backend, &loss, gradient.data(), weights.data()); };
  for (int t = 0; t < 3; ++t) update();
  const auto all = [&](const auto& a) { return std::span<const float>(a.data(), elements); };
  if (!(error_of_adam(settings, all(start), all(gradient), all(weights)) <= limit)) {
    state.SkipWithError("differs from a plain loop in double precision");
    return;
  }
  // It reads gradients, both moments and weights twice, first to see whether everything stays finite; it writes the
  // last three.
  const double bytes = 11.0 * sizeof(float) * static_cast<double>(elements);
  benchmarks::report_bytes(state, bytes, benchmarks::run(state, update));
}

void add(const std::string& name, void (*work)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name.c_str(), work)
      ->ArgNames({"threads", "videos"})
      ->ArgsProduct({{1, 2}, {1, 32}})
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

template <class Network>
void add_layer(const std::string& name) {
  add(name + "/forward", forward<Network>);
  add(name + "/backward", backward<Network>);
}

void add_all() {
  using namespace vscg;
  add_layer<alone<nn::linear<512, 512>, 490, 512>>("linear_512_512_of_490_rows");
  add_layer<alone<nn::linear<256, 256>, 10, 256>>("linear_256_256");
  add_layer<alone<nn::conv1d<256, 128, 5>, 10, 256>>("conv1d_256_128_kernel_5");
  add_layer<alone<nn::bidirectional_gru<256, 128>, 10, 256>>("bidirectional_gru_256_128");
  add_layer<alone<nn::bidirectional_lstm<128, 128>, 10, 128>>("bidirectional_lstm_128_128");
  add_layer<attention_alone>("region_attention");
  add_layer<streams_alone<positive_sample_propagation<>>>("positive_sample_propagation");
  add_layer<alone<cere<>, 10, 256>>("cere");
  add_layer<peers::escm_alone>("escm");
  add_layer<alone<nn::max_pool1d<2>, 10, 128>>("max_pool1d_2");
  add_layer<alone<nn::layer_norm<256>, 10, 256>>("layer_norm_256");
  add_layer<alone<softmax_layer, 10, 49>>("softmax_49");
  add_layer<alone<nn::relu, 10, 128>>("relu_128");
  add_layer<alone<nn::sigmoid, 10, 128>>("sigmoid_128");
  add_layer<alone<nn::tanh, 490, 49>>("tanh_490_49");
  add("dropout_20_percent/forward", forward_in_training<fifth_dropped>);
  add("dropout_20_percent/backward", backward<fifth_dropped>);
  benchmark::RegisterBenchmark("adam", adam_update)
      ->ArgName("threads")
      ->Arg(1)
      ->Arg(2)
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

}  // namespace

int main(int argument_count, char** arguments) {
  add_all();
  benchmark::Initialize(&argument_count, arguments);
  std::cout << "one core, " << benchmarks::compiler() << ": " << benchmarks::product_rate<float>()
            << " GFLOP/s of products, " << benchmarks::copy_rate() << " GB/s of copying\n";
  benchmark::RunSpecifiedBenchmarks();
}
