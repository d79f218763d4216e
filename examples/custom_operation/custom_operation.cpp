// SPDX-License-Identifier: MIT
// An operation of your own on a CPU and on a GPU. It is written once, in softsign.hpp; softsign.cu names its kernels
// for nvcc; this program, which trains a network with it on both, is plain C++ and links the target vscg::cuda.
#include <array>
#include <cstddef>
#include <cstdio>
#include <vector>

#include <vscg/cuda/backend.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/vscg.hpp>

#include "softsign.hpp"

namespace {

using namespace vscg;

struct small_network {
  nn::linear<2, 8> first;
  nn::linear<8, 1> last;
  VSCG_MEMBERS(first, last)
  using inputs = input_shapes<shape<dyn, 2>>;
  auto operator()(auto x) const { return last(softsign(first(x))); }
};

struct squared_distance {
  using targets = input_shapes<shape<dyn, 1>>;
  static constexpr std::array<const char*, 1> term_names{"distance"};
  auto operator()(auto y, auto target) const {
    const auto distance = batch_mean(mse_loss(y, target));
    return loss_terms{distance, std::array{distance}};
  }
};

// Learns to multiply two numbers. Only the type says where.
template <class Backend>
double trained(const char* where) {
  std::vector<float> x, y;
  for (int i = 0; i < 64; ++i) {
    const float a = 0.25F * static_cast<float>(i % 8) - 1;
    const float b = 0.25F * static_cast<float>(i / 8) - 1;
    x.insert(x.end(), {a, b});
    y.push_back(a * b);
  }
  model<small_network, float, Backend> net{seed{1}};
  trainer training(net, adam{1e-2}, squared_distance{});
  double loss = training.step(x, y).total;
  std::printf("%s: loss %.4f", where, loss);
  for (int step = 0; step < 1000; ++step) loss = training.step(x, y).total;
  std::printf(", after 1000 steps %.4f\n", loss);
  return loss;
}

}  // namespace

int main() {
  bool learned = trained<cpu>("cpu") < 0.01;
  try {
    learned = trained<cuda>("cuda") < 0.01 && learned;
  } catch (const expectation_error& e) {
    std::printf("%s\n", e.what());  // no device: the CPU's answer stands
  }
  return learned && std::fflush(stdout) == 0 ? 0 : 1;
}
