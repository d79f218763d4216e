// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/config.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/train/ave/protocol.hpp>
#include <vscg/train/settings.hpp>

namespace vscg::train {

/// Settings of a run on the AVE data set.
struct ave_settings : run_settings {
  setting supervision = setting::fully;
  protocol_name protocol = protocol_name::clean;
  bool cache = false;  ///< read features from a float32 copy next to the data

  template <class Settings, class F>
  static void for_each_setting(Settings& s, F&& f) {
    f("setting", choice{s.supervision, {"fully", "weakly"}});
    run_settings::for_each_setting(s, f);
    f("protocol", choice{s.protocol, {"clean", "released"}});
    f("cache", s.cache);
  }
};

inline const char* text_of(setting supervision) { return supervision == setting::fully ? "fully" : "weakly"; }
inline const char* text_of(protocol_name protocol) { return protocol == protocol_name::clean ? "clean" : "released"; }

/// The settings that the paper trains with; the network's name is left empty.
inline ave_settings default_settings(setting supervision) {
  ave_settings settings;
  settings.supervision = supervision;
  if (supervision == setting::fully) {
    settings.decay_after = {60, 120, 240};
  } else {
    settings.decay_after = {80, 180, 240};
  }
  return settings;
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
