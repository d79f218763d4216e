// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <string_view>

#include <vscg/core/config.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/train/ave/protocol.hpp>
#include <vscg/train/ave/recipes.hpp>
#include <vscg/train/settings.hpp>

namespace vscg::train {

/// Settings of a run on the AVE data set.
struct ave_settings : run_settings {
  setting supervision = setting::fully;
  protocol_name protocol = protocol_name::clean;
  bool keeps_last_batch = false;     ///< an incomplete one
  bool noisy_videos = true;          ///< train with them too (weakly only)
  double relevance_threshold = 0.7;  ///< for measuring; without meaning for networks that score segments
  bool cache = false;                ///< read features from a float32 copy next to the data

  template <class Settings, class F>
  static void for_each_setting(Settings& s, F&& f) {
    f("setting", choice{s.supervision, {"fully", "weakly"}});
    run_settings::for_each_setting(s, f);
    f("protocol", choice{s.protocol, {"clean", "released"}});
    f("cache", s.cache);
    f("keeps_last_batch", added_later{s.keeps_last_batch});
    f("noisy_videos", added_later{s.noisy_videos});
    f("relevance_threshold", added_later{s.relevance_threshold});
  }
};

inline const char* text_of(setting supervision) { return supervision == setting::fully ? "fully" : "weakly"; }
inline const char* text_of(protocol_name protocol) { return protocol == protocol_name::clean ? "clean" : "released"; }

/// The settings that a network's authors train with (recipes.hpp).
inline ave_settings default_settings(setting supervision, std::string_view network = {}) {
  const recipe& published = recipe_of(network, supervision);
  ave_settings settings;
  settings.supervision = supervision;
  settings.network = network;
  settings.epochs = published.epochs;
  settings.batch = published.batch;
  settings.learning_rate = published.learning_rate;
  settings.decay = published.decay;
  for (const std::size_t epoch : published.decay_after) {
    if (epoch > 0) settings.decay_after.push_back(epoch);
  }
  settings.clip_grad_norm = published.clip_grad_norm;
  settings.keeps_last_batch = published.keeps_last_batch;
  if (supervision == setting::weakly) settings.noisy_videos = published.noisy_videos;
  settings.relevance_threshold = published.threshold;
  if (published.in_double) settings.precision = "double";
  return settings;
}

/// In which order a run's batches come, and what it measures when.
inline batch_order order_of(const ave_settings& s) {
  return s.protocol == protocol_name::clean ? batch_order::shuffled
                                            : recipe_of(s.network, s.supervision).released_order;
}
inline measuring measuring_of(const ave_settings& s) {
  return s.protocol == protocol_name::clean ? measuring::both : recipe_of(s.network, s.supervision).released_measuring;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
