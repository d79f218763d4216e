// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/range.hpp>
#include <vscg/io/json.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/train/json_count.hpp>
#include <vscg/train/protocol.hpp>
#include <vscg/train/schedule.hpp>

namespace vscg::train {

/// What the numbers of a run may be. A batch is never larger than the training split, so that other limits are only
/// there to catch slips.
inline constexpr whole_range epochs_range{1, 1'000'000};
inline constexpr whole_range batch_range{1, 1'000'000};
inline constexpr real_range learning_rate_range{1e-30, 1e30};
inline constexpr real_range decay_range{1e-30, 1};

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

/// Throws vscg::expectation_error for a value that no run could use, by its name on the command line.
inline void check_settings(const run_settings& s) {
  epochs_range.expect("--epochs", s.epochs);
  batch_range.expect("--batch", s.batch);
  batch_range.expect("--micro-batch", s.micro_batch);
  learning_rate_range.expect("--learning-rate", s.learning_rate);
  decay_range.expect("decay", s.decay);
  for (std::size_t i = 0; i < s.decay_after.size(); ++i) {
    if (!epochs_range.holds(s.decay_after[i]) || (i > 0 && s.decay_after[i] <= s.decay_after[i - 1])) {
      throw expectation_error("--decay-after", "epochs from 1 that increase", io::json(s.decay_after).dump());
    }
  }
  if (s.precision != "float" && s.precision != "double")
    throw expectation_error("--precision", "float or double", s.precision);
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

namespace settings_detail {
inline bool is_first(const io::json& value, const char* first, const char* second) {
  const auto name = value.get<std::string>();
  if (name != first && name != second) throw expectation_error("a choice", std::string(first) + " or " + second, name);
  return name == first;
}
}  // namespace settings_detail

/// The settings of settings_json(). Throws vscg::expectation_error naming `thing`, also when check_settings() would.
inline run_settings settings_from_json(const io::json& object, const std::string& thing) {
  using settings_detail::is_first;
  run_settings s;
  try {
    s.supervision = is_first(object.at("setting"), "fully", "weakly") ? setting::fully : setting::weakly;
    s.network = object.at("network").get<std::string>();
    s.epochs = count_of(object.at("epochs"), thing);
    s.batch = count_of(object.at("batch"), thing);
    s.learning_rate = object.at("learning_rate").get<double>();
    for (const io::json& epoch : object.at("decay_after")) s.decay_after.push_back(count_of(epoch, thing));
    s.decay = object.at("decay").get<double>();
    s.seed = count_of(object.at("seed"), thing);
    s.precision = object.at("precision").get<std::string>();
    s.protocol = is_first(object.at("protocol"), "clean", "released") ? protocol_name::clean : protocol_name::released;
    s.micro_batch = count_of(object.at("micro_batch"), thing);
    s.cache = object.at("cache").get<bool>();
    check_settings(s);
  } catch (const std::exception& problem) {
    throw expectation_error(thing, "the settings of a run", problem.what());
  }
  return s;
}

/// Throws vscg::expectation_error naming the first setting that is not as the run began with; `epochs` may be larger.
inline void expect_same_settings(const run_settings& began, const run_settings& now, const std::string& run) {
  const io::json before = settings_json(began);
  const io::json after = settings_json(now);
  for (const auto& [key, value] : before.items()) {
    const bool longer = key == "epochs" && now.epochs > began.epochs;
    if (longer || after.at(key) == value) continue;
    std::string option = "--" + key;
    for (char& c : option) c = c == '_' ? '-' : c;
    const auto plain = [](const io::json& v) { return v.is_string() ? v.get<std::string>() : v.dump(); };
    throw expectation_error(option, plain(value) + (key == "epochs" ? " or more" : "") + ", as " + run + " began with",
                            plain(after.at(key)));
  }
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
