// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <vscg/core/random.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/tanh.hpp>

// A short training run on synthesized data, which rounded products may disturb.

namespace precision_run {

using vscg::dyn;
using vscg::shape;

constexpr std::size_t videos = 16, seconds = 6, features = 12, events = 3;

/// How loud each of some events is in each second.
struct small_localizer {
  vscg::nn::linear<features, 16> project;
  vscg::nn::lstm<16, 16> remember;
  vscg::nn::linear<16, events> head;
  VSCG_MEMBERS(project, remember, head)
  using inputs = vscg::input_shapes<shape<dyn, seconds, features>>;
  auto operator()(auto x) const { return head(remember(tanh(project(x)))); }
};

struct squared_distance {
  using targets = vscg::input_shapes<shape<dyn, seconds, events>>;
  static constexpr std::array<const char*, 1> term_names{"distance"};
  auto operator()(auto y, auto target) const {
    const auto distance = batch_mean(mse_loss(y, target));
    return vscg::loss_terms{distance, std::array{distance}};
  }
};

/// Videos in which events swell and fade, each event with features of its own, in noise.
struct synthesized {
  std::vector<float> x, y;
  synthesized() {
    const vscg::random_stream mixing{vscg::seed{1}, "mixing"}, noise{vscg::seed{1}, "noise"},
        where{vscg::seed{1}, "where"};
    for (std::size_t video = 0; video < videos; ++video) {
      for (std::size_t t = 0; t < seconds; ++t) {
        std::array<double, events> loud{};
        for (std::size_t e = 0; e < events; ++e) {
          const double from_middle = (static_cast<double>(t) - 10 * where.uniform(e, video)) / 2;
          loud[e] = std::exp(-from_middle * from_middle);
          y.push_back(static_cast<float>(loud[e]));
        }
        for (std::size_t f = 0; f < features; ++f) {
          double sum = 0.02 * (noise.uniform(t * features + f, video) - 0.5);
          for (std::size_t e = 0; e < events; ++e) sum += (2 * mixing.uniform(e, f) - 1) * loud[e];
          x.push_back(static_cast<float>(sum));
        }
      }
    }
  }
};

/// The loss at the end of a run: the mean of its last steps.
template <class Backend>
double final_loss(std::uint64_t seed) {
  static const synthesized data;
  vscg::model<small_localizer, float, Backend> net{vscg::seed{seed}};
  vscg::trainer_options options;
  options.batch = videos;
  vscg::trainer t(net, vscg::adam{1e-2}, squared_distance{}, vscg::threads{1}, options);
  double sum = 0;
  for (int step = 0; step < 200; ++step) {
    const double loss = t.step(data.x, data.y).total;
    if (step >= 150) sum += loss / 50;
  }
  return sum;
}

}  // namespace precision_run
