// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>

#include <vscg/core/checked_size.hpp>
#include <vscg/core/error.hpp>
#include <vscg/data/types.hpp>
#include <vscg/train/ave/settings.hpp>

#include "programs/memory.hpp"

namespace programs {

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

}  // namespace programs
