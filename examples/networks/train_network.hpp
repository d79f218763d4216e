// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include <vscg/core/error.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/train/ave/metadata.hpp>
#include <vscg/train/ave/prediction.hpp>
#include <vscg/train/ave/run.hpp>
#include <vscg/train/ave/settings.hpp>
#include <vscg/train/phases.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/vscg.hpp>

#include "networks/train.hpp"
#include "programs/memory.hpp"
#include "programs/room_to_train.hpp"

namespace networks {

/// The run that is asked for. Throws vscg::expectation_error, with settings that would fit, if there is no room for it.
template <class Network, class Loss, class Scalar, class Backend = vscg::cpu>
auto made_run(const train_request& request) {
  using run_type = vscg::train::ave_run<Network, Loss, Scalar, Backend>;
  std::unique_ptr<run_type> run;
  const auto make = [&](const vscg::train::ave_settings& settings) {
    run.reset();
    std::optional<double> threshold;
    if (vscg::train::judges_by_relevance<Network, Scalar, Backend>) threshold = settings.relevance_threshold;
    run = std::make_unique<run_type>(
        request.ave, settings, request.threads,
        vscg::train::with_categories(vscg::io::metadata_of<Network>(), request.ave.category_names(), threshold));
    // A checkpoint holds four copies of the weights in memory, and needs some room besides.
    if (!programs::grants(6 * sizeof(Scalar) * run->trained().weights().count())) throw std::bad_alloc();
  };
  try {
    make(request.settings);
  } catch (const std::bad_alloc&) {
    throw programs::no_room_to_train(request.settings, sizeof(Scalar), "", make);
  } catch (const vscg::out_of_memory& problem) {
    throw programs::no_room_to_train(request.settings, sizeof(Scalar), std::string(" (") + problem.what() + ")", make);
  }
  return run;
}

/// The body of every train_… function. The folder is claimed last: an error in settings or data leaves no folder.
template <class Network, class Loss, class Scalar, class Backend = vscg::cpu>
train_outcome train_network(const train_request& request) {
  const auto run = made_run<Network, Loss, Scalar, Backend>(request);
  const std::shared_ptr<void> writing = request.writing ? request.writing() : nullptr;
  const auto folder = vscg::train::run_folder::claim(request.out, request.resume);
  const auto end = (*run)(folder, request.callbacks);
  return {end, run->history()};
}

/// The same for a network that becomes another one after the epoch `last`.
template <class First, class FirstLoss, class Second, class SecondLoss, class Scalar>
train_outcome train_in_phases(const train_request& request, std::size_t last) {
  static_cast<void>(made_run<Second, SecondLoss, Scalar>(request));  // it has to fit, too
  const std::shared_ptr<void> writing = request.writing ? request.writing() : nullptr;
  const auto folder = vscg::train::run_folder::claim(request.out, request.resume);
  return vscg::train::run_in_phases<vscg::train::ave_settings>(
      folder, request.callbacks, last, [&] { return made_run<First, FirstLoss, Scalar>(request); },
      [&] { return made_run<Second, SecondLoss, Scalar>(request); });
}

}  // namespace networks
