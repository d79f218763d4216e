// SPDX-License-Identifier: MIT
//
// Compares layers of RTNeural (its templated ones, on Eigen) with ours of the same shape, in float, on one core: one
// video of ten steps. Times are processor time per step and, for recurrent layers, per direction: theirs have one
// direction, so two of them read the video, one from its end; ours is bidirectional, so a video is 20 steps of it.
//
// First both get the same weights and must agree to 1e-4 of the largest output. Theirs computes one step per call, as
// filters of sound must; ours is given all ten. Making its input vectors and copying its results is not counted for
// theirs. Both take turns, warm; medians and quartiles are of all rounds, and of the ratio round by round.
//
//   rtneural [rounds]      default 31, at least 15

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// RTNeural's build defines these; its alignment is 32 bytes when built for AVX.
#define RTNEURAL_USE_EIGEN 1
#if defined(__AVX__)
#define RTNEURAL_DEFAULT_ALIGNMENT 32
#else
#define RTNEURAL_DEFAULT_ALIGNMENT 16
#endif
// Its matrices are members of fixed size, larger than Eigen allows by default; ours are on the heap.
#define EIGEN_STACK_ALLOCATION_LIMIT 4194304

#include <RTNeural/RTNeural.h>

#include <vscg/vscg.hpp>

#include "../layer_run.hpp"
#include "../machine.hpp"

namespace {

constexpr int steps = 10;

using table = std::vector<std::vector<float>>;

/// [rows, columns] as RTNeural takes it.
table rows_of(const std::vector<float>& flat, std::size_t columns) {
  table result;
  for (std::size_t i = 0; i < flat.size(); i += columns) {
    result.emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(i),
                        flat.begin() + static_cast<std::ptrdiff_t>(i + columns));
  }
  return result;
}

table transposed(const table& from) {
  table result(from[0].size(), std::vector<float>(from.size()));
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (std::size_t k = 0; k < from[i].size(); ++k) result[k][i] = from[i][k];
  }
  return result;
}

/// Blocks of `size` (a gate's rows) in another order.
template <class Row>
std::vector<Row> reordered(const std::vector<Row>& from, std::size_t size, const std::vector<std::size_t>& order) {
  std::vector<Row> result;
  for (const std::size_t block : order) {
    for (std::size_t i = 0; i < size; ++i) result.push_back(from[block * size + i]);
  }
  return result;
}

/// Keeps the compiler from optimizing the result away.
void keep(const void* p) { asm volatile("" : : "g"(p) : "memory"); }

/// A layer of RTNeural with the video that it reads, step by step.
template <class Layer>
class step_by_step {
 public:
  using input = Eigen::Matrix<float, Layer::in_size, 1>;

  Layer& layer() { return *layer_; }
  void read(const float* x) { video_.push_back(Eigen::Map<const input>(x)); }
  void read_zeros() { video_.push_back(input::Zero()); }
  std::size_t calls() const { return video_.size(); }

  void run() {
    layer_->reset();
    for (const auto& x : video_) {
      layer_->forward(x);
      keep(layer_->outs.data());
    }
  }
  /// The results of each call.
  table results() {
    table all;
    layer_->reset();
    for (const auto& x : video_) {
      layer_->forward(x);
      all.emplace_back(layer_->outs.data(), layer_->outs.data() + Layer::out_size);
    }
    return all;
  }

 private:
  std::unique_ptr<Layer> layer_ = std::make_unique<Layer>();
  std::vector<input> video_;
};

/// Our layer with its video, and the same video for theirs.
template <class Layer, int In>
class at_once {
 public:
  using network = benchmarks::alone<Layer, steps, In>;

  std::vector<float> weight(const char* name) const { return weights_.get(name); }
  const float* step(int t) const { return video_.data() + static_cast<std::ptrdiff_t>(t) * In; }
  void run() { keep(run_.run().data); }
  /// Row t: the outputs of step t.
  table results() {
    const auto values = run_.results()[0];
    return rows_of(std::vector<float>(values.begin(), values.end()), values.size() / steps);
  }

 private:
  vscg::weights<network, float, vscg::cpu> weights_{vscg::seed{1}};
  benchmarks::layer_inference<network, float> run_{weights_, vscg::threads{1}, 1};
  benchmarks::numbers<float> video_ = benchmarks::draw<float>(steps * In, "array 0");
};

/// What is measured: one video each, and its number of steps.
struct pair {
  std::string name;
  std::function<void()> theirs, ours;
  std::size_t their_steps, our_steps;
};

void require_agreement(const std::string& name, const table& theirs, const table& ours) {
  double worst = 0;
  double largest = 0;
  bool same_shape = theirs.size() == ours.size();
  for (std::size_t t = 0; same_shape && t < ours.size(); ++t) {
    same_shape = theirs[t].size() == ours[t].size();
    for (std::size_t i = 0; same_shape && i < ours[t].size(); ++i) {
      const double distance = std::abs(static_cast<double>(theirs[t][i]) - static_cast<double>(ours[t][i]));
      worst = distance <= worst ? worst : distance;  // NaN counts as worst
      largest = std::max(largest, std::abs(static_cast<double>(theirs[t][i])));
    }
  }
  if (!same_shape || !(worst <= 1e-4 * largest)) benchmarks::refuse(name + ": RTNeural's outputs differ from ours");
  std::printf("%-32s outputs agree to %.1e of the largest\n", name.c_str(), worst / largest);
}

pair dense() {
  const std::string name = "dense 256 to 256";
  const auto ours = std::make_shared<at_once<vscg::nn::linear<256, 256>, 256>>();
  const auto theirs = std::make_shared<step_by_step<RTNeural::DenseT<float, 256, 256>>>();
  theirs->layer().setWeights(rows_of(ours->weight("weight"), 256));
  theirs->layer().setBias(ours->weight("bias").data());
  for (int t = 0; t < steps; ++t) theirs->read(ours->step(t));
  require_agreement(name, theirs->results(), ours->results());
  return {name, [=] { theirs->run(); }, [=] { ours->run(); }, theirs->calls(), steps};
}

/// Theirs only looks back, and has the newest step first: with the kernel reversed, its results are ours two steps
/// later, so the video ends with two steps of zeros.
pair conv1d() {
  constexpr std::size_t kernel = 5;
  const std::string name = "conv1d 256 to 128, kernel 5";
  const auto ours = std::make_shared<at_once<vscg::nn::conv1d<256, 128, kernel>, 256>>();
  const auto theirs = std::make_shared<step_by_step<RTNeural::Conv1DT<float, 256, 128, kernel, 1>>>();
  std::vector<table> weights;
  for (auto& filter : rows_of(ours->weight("weight"), 256 * kernel)) {
    weights.push_back(rows_of(filter, kernel));
    for (auto& channel : weights.back()) std::reverse(channel.begin(), channel.end());
  }
  theirs->layer().setWeights(weights);
  theirs->layer().setBias(ours->weight("bias"));
  for (int t = 0; t < steps; ++t) theirs->read(ours->step(t));
  for (std::size_t t = 0; t < kernel / 2; ++t) theirs->read_zeros();
  auto later = theirs->results();
  later.erase(later.begin(), later.begin() + kernel / 2);
  require_agreement(name, later, ours->results());
  return {name, [=] { theirs->run(); }, [=] { ours->run(); }, theirs->calls(), steps};
}

/// Both directions of a recurrent layer; `load(layer, suffix)` gives a layer of RTNeural the weights of one.
template <class Theirs, class Ours, int In, class Load>
pair recurrent(const std::string& name, Load load) {
  const auto ours = std::make_shared<at_once<Ours, In>>();
  const auto forward = std::make_shared<step_by_step<Theirs>>();
  const auto backward = std::make_shared<step_by_step<Theirs>>();
  load(forward->layer(), [&](const std::string& array) { return ours->weight((array + "_l0").c_str()); });
  load(backward->layer(), [&](const std::string& array) { return ours->weight((array + "_l0_reverse").c_str()); });
  for (int t = 0; t < steps; ++t) {
    forward->read(ours->step(t));
    backward->read(ours->step(steps - 1 - t));
  }
  table both = forward->results();
  const table reversed = backward->results();
  for (std::size_t t = 0; t < both.size(); ++t) {
    const auto& half = reversed[reversed.size() - 1 - t];
    both[t].insert(both[t].end(), half.begin(), half.end());
  }
  require_agreement(name, both, ours->results());
  const auto run = [=] {
    forward->run();
    backward->run();
  };
  return {name, run, [=] { ours->run(); }, forward->calls() + backward->calls(), 2 * steps};
}

/// Theirs orders the gates z, r, n where PyTorch and ours have r, z, n; it has two biases, as ours.
pair gru() {
  constexpr std::size_t hidden = 128;
  using theirs = RTNeural::GRULayerT<float, 256, hidden>;
  return recurrent<theirs, vscg::nn::bidirectional_gru<256, hidden>, 256>(
      "GRU 256 to 128", [](theirs& layer, const auto& weight) {
        const std::vector<std::size_t> order{1, 0, 2};
        layer.setWVals(transposed(reordered(rows_of(weight("weight_ih"), 256), hidden, order)));
        layer.setUVals(transposed(reordered(rows_of(weight("weight_hh"), hidden), hidden, order)));
        layer.setBVals({reordered(weight("bias_ih"), hidden, order), reordered(weight("bias_hh"), hidden, order)});
      });
}

/// Both order the gates i, f, g, o; theirs has one bias, the sum of ours.
pair lstm() {
  constexpr std::size_t hidden = 128;
  using theirs = RTNeural::LSTMLayerT<float, 128, hidden>;
  return recurrent<theirs, vscg::nn::bidirectional_lstm<128, hidden>, 128>(
      "LSTM 128 to 128", [](theirs& layer, const auto& weight) {
        layer.setWVals(transposed(rows_of(weight("weight_ih"), 128)));
        layer.setUVals(transposed(rows_of(weight("weight_hh"), hidden)));
        auto bias = weight("bias_ih");
        const auto other = weight("bias_hh");
        for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += other[i];
        layer.setBVals(bias);
      });
}

/// Microseconds per step in one turn of some milliseconds; the first video of a turn does not count, because it finds
/// cold caches.
double turn(const std::function<void()>& video, std::size_t video_steps) {
  constexpr double enough = 4e-3;
  video();
  const double start = benchmarks::processor_seconds();
  double seconds = 0;
  std::size_t videos = 0;
  while (seconds < enough) {
    for (int i = 0; i < 8; ++i) video();
    videos += 8;
    seconds = benchmarks::processor_seconds() - start;
  }
  return 1e6 * seconds / static_cast<double>(videos * video_steps);
}

struct quartiles {
  double lower, median, upper;
};

quartiles quartiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {at(0.25), at(0.5), at(0.75)};
}

void measure(const pair& p, int rounds) {
  std::vector<double> theirs;
  std::vector<double> ours;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    theirs.push_back(turn(p.theirs, p.their_steps));
    ours.push_back(turn(p.ours, p.our_steps));
    ratios.push_back(theirs.back() / ours.back());
  }
  std::printf("%-32s", p.name.c_str());
  for (const auto* values : {&theirs, &ours, &ratios}) {
    const auto q = quartiles_of(*values);
    std::printf("  %7.3f [%7.3f, %7.3f]", q.median, q.lower, q.upper);
  }
  std::printf("\n");
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 31;
  if (rounds < 15) benchmarks::refuse("expected at least 15 rounds");
  const pair pairs[] = {dense(), conv1d(), gru(), lstm()};
  std::printf("\nmicroseconds per step (%s), median [quartiles] of %d rounds; the ratio round by round\n",
              benchmarks::compiler(), rounds);
  std::printf("%-32s  %-26s  %-26s  %s\n", "", "RTNeural", "vscg", "RTNeural / vscg");
  for (const auto& p : pairs) measure(p, rounds);
}
