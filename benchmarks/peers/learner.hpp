// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>

#include <vscg/io/weights.hpp>
#include <vscg/vscg.hpp>

namespace peers {

/// A network that learns from batches of one size. It has its own weights, so that inference keeps those of the file.
template <class Network, class Loss>
struct learner {
  using model = vscg::model<Network, float, vscg::cpu>;

  learner(const std::filesystem::path& weights, const vscg::io::load_prefix& part, vscg::threads n, std::size_t batch,
          bool dropout)
      : trainer(net, vscg::adam{1e-3}, Loss{}, n, options(batch, dropout)) {
    vscg::io::load_weights(net, weights, part);
  }

  static vscg::trainer_options options(std::size_t batch, bool dropout) {
    vscg::trainer_options o;
    o.batch = batch;
    o.micro_batch = 32;  // as ave_train
    o.dropout = dropout;
    return o;
  }

  model net{vscg::seed{1}};
  vscg::trainer<model, vscg::adam, Loss> trainer;
};

}  // namespace peers
