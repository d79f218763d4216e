// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>

#include <vscg/data/ave.hpp>
#include <vscg/data/synthesize.hpp>
#include <vscg/io/network_metadata.hpp>
#include <vscg/nets/vscg/event_head.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/train/ave/metadata.hpp>
#include <vscg/vscg.hpp>

#include "support/temporary_folder.hpp"

// A network of a few lines and a data set of a few videos: just what tests of whole runs need.

namespace small {

/// It has dropout, because a careless resume would change its masks first.
struct network {
  vscg::nn::linear<128, 16> hear;
  vscg::nn::linear<25088, 16> see;
  vscg::nn::dropout drop{0.2};
  vscg::nn::linear<16, 49> map;
  vscg::event_head<28, 16> head;
  VSCG_MEMBERS(hear, see, drop, map, head)

  using inputs = vscg::audio_visual_inputs<>;

  template <vscg::Var Audio, vscg::Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto sound = drop(hear.with_relu(audio));
    const auto sight = drop(see.with_relu(vscg::view<vscg::shape<vscg::dyn, 10, 25088>>(visual)));
    return head(sound, sight, vscg::softmax(map(sound)));
  }
};

using loss = vscg::negative_pair_filter_loss<>;

/// `videos` synthetic videos, made once per program.
inline const std::filesystem::path& data_folder(std::size_t videos = 20) {
  static const temporary_folder here;
  static const std::filesystem::path made = [&] {
    vscg::data::synthesis_options options;
    options.videos = videos;
    options.noisy = 3;
    options.type = vscg::data::stored_type::float16;
    vscg::data::synthesize(here / "data", options);
    return here / "data";
  }();
  return made;
}

inline vscg::data::ave_dataset open_data(vscg::data::supervision setting = vscg::data::supervision::fully) {
  vscg::data::ave_options options;
  options.setting = setting;
  return vscg::data::ave_dataset::open(data_folder(), options);
}

inline vscg::io::network_metadata metadata(const vscg::data::ave_dataset& ave) {
  vscg::io::network_metadata m;
  m.network = "small";
  m.settings = {{"setting", "fully"}};
  return vscg::train::with_categories(m, ave.category_names());
}

}  // namespace small
