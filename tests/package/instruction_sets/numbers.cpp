// SPDX-License-Identifier: MIT
// A small network's numbers, from a function with the name that VSCG_NUMBERS gives: this file is compiled once for each
// instruction set.
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <vscg/vscg.hpp>

using namespace vscg;

std::vector<float> VSCG_NUMBERS();

// These have one name in every program, like those in a header.
struct network {
  nn::linear<13, 24> first;
  nn::layer_norm<24> norm;
  nn::dropout drop{0.5};
  nn::linear<24, 5> last;
  VSCG_MEMBERS(first, norm, drop, last)
  using inputs = input_shapes<shape<dyn, 7, 13>>;
  auto operator()(Var auto x) const { return softmax(last(drop(tanh(norm(first(x)))))); }
};

struct distance {
  using targets = input_shapes<shape<dyn, 7, 5>>;
  static constexpr std::array<const char*, 1> term_names{"distance"};
  auto operator()(Var auto y, Var auto target) const {
    const auto value = batch_mean(mse_loss(y, target));
    return loss_terms{value, std::array{value}};
  }
};

std::vector<float> VSCG_NUMBERS() {
  constexpr std::size_t items = 6;
  std::vector<float> x, target;
  for (std::size_t i = 0; i < items * 7 * 13; ++i) x.push_back(std::sin(static_cast<float>(i)));
  for (std::size_t i = 0; i < items * 7 * 5; ++i) target.push_back(std::cos(static_cast<float>(i)));

  model<network, float, cpu> net{seed{1}};
  trainer_options options;
  options.batch = items;
  trainer t(net, adam{1e-2}, distance{}, threads{1}, options);
  for (int step = 0; step < 3; ++step) t.step(x, target);
  const auto y = net.infer(x);
  return {y.values().begin(), y.values().end()};
}
