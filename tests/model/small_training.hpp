// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include <vscg/backend/eigen/backend.hpp>
#include <vscg/model/trainer.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/batch_mean.hpp>
#include <vscg/ops/mse_loss.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/tanh.hpp>

// The network and loss that the trainer tests train.

namespace small_training {

using vscg::dyn;
using vscg::input_shapes;
using vscg::shape;

/// One linear layer. Nothing reaches `unused`, and `fixed` is reached only where no gradient flows.
struct small_network {
  vscg::nn::linear<3, 4> first;
  vscg::nn::linear<4, 2> unused;
  vscg::nn::linear<4, 2> fixed, last;
  vscg::nn::dropout drop{0.5};
  VSCG_MEMBERS(first, unused, fixed, last, drop)
  using inputs = input_shapes<shape<dyn, 3>>;
  auto operator()(auto x) const {
    const auto h = drop(tanh(first(x)));
    return last(h) + detach(fixed(h));
  }
};

struct squared_distance {
  using targets = input_shapes<shape<dyn, 2>>;
  static constexpr std::array<const char*, 2> term_names{"distance", "half"};
  auto operator()(auto y, auto target) const {
    const auto distance = batch_mean(mse_loss(y, target));
    const auto half = 0.5 * distance;
    return vscg::loss_terms{distance, std::array{distance, half}};
  }
};

using model = vscg::model<small_network, double, vscg::cpu>;
using trainer = vscg::trainer<model, vscg::adam, squared_distance>;

struct data {
  std::vector<double> x, y;
  explicit data(std::size_t items) {
    for (std::size_t i = 0; i < 3 * items; ++i) x.push_back(std::sin(static_cast<double>(i)));
    for (std::size_t i = 0; i < 2 * items; ++i) y.push_back(0.3 * std::cos(static_cast<double>(i)));
  }
};

inline vscg::trainer_options of(std::size_t batch, std::size_t micro_batch = 0, bool dropout = false) {
  vscg::trainer_options o;
  o.batch = batch;
  o.micro_batch = micro_batch;
  o.dropout = dropout;
  return o;
}

template <class Model>
auto flat(const Model& net) {
  std::vector<typename Model::scalar> all;
  for (const auto& entry : net.weights().table().entries) {
    const auto part = net.weights().get(entry.name);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace small_training
