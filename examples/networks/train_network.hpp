// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/io/weights.hpp>
#include <vscg/train/run.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/vscg.hpp>

#include "networks/train.hpp"

namespace networks {

/// The body of every train_… function. The folder is claimed last: what is wrong with settings or data leaves none.
template <class Network, class Loss, class Scalar>
train_outcome train_network(const train_request& request) {
  vscg::train::run<Network, Loss, Scalar, vscg::cpu> run(request.ave, request.settings, request.threads,
                                                         vscg::io::metadata_of<Network>(request.ave.category_names()));
  const auto folder = vscg::train::run_folder::claim(request.out, request.resume);
  const auto end = run(folder, request.callbacks);
  return {end, run.history()};
}

}  // namespace networks
