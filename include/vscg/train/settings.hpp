// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/io/json.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/train/protocol.hpp>
#include <vscg/train/schedule.hpp>

namespace vscg::train {

/// All that decides what a run computes, apart from the data and the build. A checkpoint records it.
struct run_settings {
  setting supervision = setting::fully;
  std::string network;  ///< name of the network, of which the program keeps the list
  std::size_t epochs = 300;
  std::size_t batch = 128;
  double learning_rate = 1e-3;
  std::vector<std::size_t> decay_after;  ///< epochs after which the rate is multiplied by `decay`
  double decay = 0.8;
  std::uint64_t seed = 1;
  std::string precision = "float";  ///< or "double"
  protocol_name protocol = protocol_name::clean;
  std::size_t micro_batch = 32;  ///< videos computed at once: memory is proportional to it, bits depend on it
  bool cache = false;            ///< read features from a float32 copy beside the data

  step_schedule schedule() const { return {learning_rate, decay, decay_after}; }
};

inline const char* text_of(setting supervision) { return supervision == setting::fully ? "fully" : "weakly"; }
inline const char* text_of(protocol_name protocol) { return protocol == protocol_name::clean ? "clean" : "released"; }

/// What the paper trains with in each setting; the network's name is left open.
inline run_settings default_settings(setting supervision) {
  run_settings settings;
  settings.supervision = supervision;
  if (supervision == setting::fully) {
    settings.decay_after = {60, 120, 240};
  } else {
    settings.decay_after = {80, 180, 240};
  }
  return settings;
}

/// Throws vscg::error for a value that no run could use, by its name on the command line.
inline void check_settings(const run_settings& s) {
  const auto at_least_one = [](const char* name, std::size_t value) {
    if (value == 0) throw error(std::string("--") + name, "at least 1", "0");
  };
  at_least_one("epochs", s.epochs);
  at_least_one("batch", s.batch);
  at_least_one("micro-batch", s.micro_batch);
  if (!(s.learning_rate > 0) || !std::isfinite(s.learning_rate)) {
    throw error("--learning-rate", "a number above 0", io::json(s.learning_rate).dump());
  }
  for (std::size_t i = 0; i < s.decay_after.size(); ++i) {
    if (s.decay_after[i] == 0 || (i > 0 && s.decay_after[i] <= s.decay_after[i - 1])) {
      throw error("--decay-after", "epochs from 1 that increase", io::json(s.decay_after).dump());
    }
  }
  if (s.precision != "float" && s.precision != "double") throw error("--precision", "float or double", s.precision);
}

/// Keys are the options of the command line with _ for -.
inline io::json settings_json(const run_settings& s) {
  return {{"setting", text_of(s.supervision)},
          {"network", s.network},
          {"epochs", s.epochs},
          {"batch", s.batch},
          {"learning_rate", s.learning_rate},
          {"decay_after", s.decay_after},
          {"decay", s.decay},
          {"seed", s.seed},
          {"precision", s.precision},
          {"protocol", text_of(s.protocol)},
          {"micro_batch", s.micro_batch},
          {"cache", s.cache}};
}

/// The settings of settings_json(). Throws vscg::error naming `thing`.
inline run_settings settings_from_json(const io::json& object, const std::string& thing) {
  run_settings s;
  try {
    s.supervision = object.at("setting").get<std::string>() == "fully" ? setting::fully : setting::weakly;
    s.network = object.at("network").get<std::string>();
    s.epochs = object.at("epochs").get<std::size_t>();
    s.batch = object.at("batch").get<std::size_t>();
    s.learning_rate = object.at("learning_rate").get<double>();
    s.decay_after = object.at("decay_after").get<std::vector<std::size_t>>();
    s.decay = object.at("decay").get<double>();
    s.seed = object.at("seed").get<std::uint64_t>();
    s.precision = object.at("precision").get<std::string>();
    s.protocol = object.at("protocol").get<std::string>() == "clean" ? protocol_name::clean : protocol_name::released;
    s.micro_batch = object.at("micro_batch").get<std::size_t>();
    s.cache = object.at("cache").get<bool>();
  } catch (const io::json::exception& problem) {
    throw error(thing, "the settings of a run", problem.what());
  }
  return s;
}

/// Throws vscg::error naming the first setting that is not as the run began with; `epochs` may be larger.
inline void expect_same_settings(const run_settings& began, const run_settings& now, const std::string& run) {
  const io::json before = settings_json(began);
  const io::json after = settings_json(now);
  for (const auto& [key, value] : before.items()) {
    const bool longer = key == "epochs" && now.epochs > began.epochs;
    if (longer || after.at(key) == value) continue;
    std::string option = "--" + key;
    for (char& c : option) c = c == '_' ? '-' : c;
    const auto plain = [](const io::json& v) { return v.is_string() ? v.get<std::string>() : v.dump(); };
    throw error(option, plain(value) + (key == "epochs" ? " or more" : "") + ", as " + run + " began with",
                plain(after.at(key)));
  }
}

}  // namespace vscg::train
