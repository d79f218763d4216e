// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include <vscg/core/error.hpp>
#include <vscg/data/types.hpp>
#include <vscg/io/weights.hpp>
#include <vscg/train/ave/metadata.hpp>
#include <vscg/train/ave/run.hpp>
#include <vscg/train/run_folder.hpp>
#include <vscg/vscg.hpp>

#include "networks/train.hpp"
#include "programs/memory.hpp"

namespace networks {

/// The error when memory is too small for a run: it says what was asked for, what was `missing`, and which settings
/// would fit, found by making runs with them.
template <class Make>
vscg::expectation_error no_room_to_train(vscg::train::ave_settings settings, std::size_t scalar,
                                         const std::string& missing, Make make) {
  const auto text = [](const vscg::train::ave_settings& s) {
    return "--batch " + std::to_string(s.batch) + " and --micro-batch " + std::to_string(s.micro_batch) + " in " +
           s.precision;
  };
  const std::size_t video = (vscg::data::audio_video_values + vscg::data::visual_video_values) * scalar;
  const std::string wanted = "room for " + text(settings) + " (two batches of " +
                             vscg::bytes_text(settings.batch * video) + ", and the memory of a micro-batch)";
  while (settings.batch * settings.micro_batch > 1) {
    settings.micro_batch = std::min(settings.micro_batch, settings.batch);
    (settings.micro_batch > 1 ? settings.micro_batch : settings.batch) /= 2;
    try {
      make(settings);
      return {"memory", wanted, "too little" + missing + "; there is room for " + text(settings)};
    } catch (const std::exception&) {  // try less
    }
  }
  return {"memory", wanted,
          missing.empty() ? "at most " + vscg::bytes_text(programs::largest_block()) + " in one piece"
                          : "too little" + missing};
}

/// The body of every train_… function. The folder is claimed last: an error in settings or data leaves no folder.
template <class Network, class Loss, class Scalar, class Backend = vscg::cpu>
train_outcome train_network(const train_request& request) {
  using run_type = vscg::train::ave_run<Network, Loss, Scalar, Backend>;
  std::optional<run_type> run;
  const auto make = [&](const vscg::train::ave_settings& settings) {
    run.reset();
    run.emplace(request.ave, settings, request.threads,
                vscg::train::with_categories(vscg::io::metadata_of<Network>(), request.ave.category_names()));
    // A checkpoint holds four copies of the weights in memory, and needs some room besides.
    if (!programs::grants(6 * sizeof(Scalar) * run->trained().weights().count())) throw std::bad_alloc();
  };
  try {
    make(request.settings);
  } catch (const std::bad_alloc&) {
    throw no_room_to_train(request.settings, sizeof(Scalar), "", make);
  } catch (const vscg::out_of_memory& problem) {
    throw no_room_to_train(request.settings, sizeof(Scalar), std::string(" (") + problem.what() + ")", make);
  }
  const std::shared_ptr<void> writing = request.writing ? request.writing() : nullptr;
  const auto folder = vscg::train::run_folder::claim(request.out, request.resume);
  const auto end = (*run)(folder, request.callbacks);
  return {end, run->history()};
}

}  // namespace networks
