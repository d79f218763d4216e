// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/range.hpp>
#include <vscg/io/json_record.hpp>
#include <vscg/train/schedule.hpp>

namespace vscg::train {

/// Limits for the numbers of a run. A batch is never larger than the training split, so the other limits only catch
/// slips.
inline constexpr whole_range epochs_range{1, 1'000'000};
inline constexpr whole_range batch_range{1, 1'000'000};
inline constexpr real_range learning_rate_range{1e-30, 1e30};
inline constexpr real_range decay_range{1e-30, 1};
inline constexpr real_range clip_range{0, 1e30};

/// A setting that is one of two words; `Choice` is an enumeration of 0 and 1, or a const one.
template <class Choice>
struct choice {
  Choice& value;
  std::array<const char*, 2> words;

  std::string word() const { return words[static_cast<std::size_t>(value)]; }
  void set(const std::string& word) const {
    if (word != words[0] && word != words[1]) {
      throw expectation_error("a choice", std::string(words[0]) + " or " + words[1], word);
    }
    value = static_cast<Choice>(word == words[0] ? 0 : 1);
  }
};

template <class Choice>
choice(Choice&, std::array<const char*, 2>) -> choice<Choice>;

/// A setting that a checkpoint may lack: version 0.1.0 had none, and did as its default says.
template <class Field>
struct added_later {
  Field& value;
};
template <class Field>
added_later(Field&) -> added_later<Field>;

/// Everything that decides what a run computes, apart from the data and the build. A checkpoint records it. Specific
/// runs derive their own settings from it, with a for_each_setting() that names these too.
struct run_settings {
  std::string network;  ///< name of the network, from the program's list
  std::size_t epochs = 300;
  std::size_t batch = 128;
  double learning_rate = 1e-3;
  std::vector<std::size_t> decay_after;  ///< epochs after which the rate is multiplied by `decay`
  double decay = 0.8;
  std::uint64_t seed = 1;
  std::string precision = "float";  ///< or "double"
  std::size_t micro_batch = 32;     ///< items computed together: memory is proportional to it, bits depend on it

  double clip_grad_norm = 0;  ///< of a step's gradients together; 0: as they are

  step_schedule schedule() const { return {learning_rate, decay, decay_after}; }

  /// Calls f(name, field) for every setting of `s`. Names are the options of the command line with _ for -.
  template <class Settings, class F>
  static void for_each_setting(Settings& s, F&& f) {
    f("network", s.network);
    f("epochs", s.epochs);
    f("batch", s.batch);
    f("learning_rate", s.learning_rate);
    f("decay_after", s.decay_after);
    f("decay", s.decay);
    f("seed", s.seed);
    f("precision", s.precision);
    f("micro_batch", s.micro_batch);
    f("clip_grad_norm", added_later{s.clip_grad_norm});
  }
};

/// Throws vscg::expectation_error for a value that no run could use, naming its command-line option.
inline void check_settings(const run_settings& s) {
  epochs_range.expect("--epochs", s.epochs);
  batch_range.expect("--batch", s.batch);
  batch_range.expect("--micro-batch", s.micro_batch);
  learning_rate_range.expect("--learning-rate", s.learning_rate);
  decay_range.expect("decay", s.decay);
  clip_range.expect("clip_grad_norm", s.clip_grad_norm);
  for (std::size_t i = 0; i < s.decay_after.size(); ++i) {
    if (!epochs_range.holds(s.decay_after[i]) || (i > 0 && s.decay_after[i] <= s.decay_after[i - 1])) {
      throw expectation_error("--decay-after", "epochs from 1 that increase", io::json_value(s.decay_after));
    }
  }
  if (s.precision != "float" && s.precision != "double")
    throw expectation_error("--precision", "float or double", s.precision);
}

namespace settings_detail {

template <class Choice>
std::string field_json(const choice<Choice>& field) {
  return io::json_value(field.word());
}
template <class Field>
std::string field_json(const Field& field) {
  return io::json_value(field);
}
template <class Field>
std::string field_json(const added_later<Field>& field) {
  return io::json_value(field.value);
}

template <class Field>
void read_field(const io::json_record& from, const char* name, Field& field) {
  if constexpr (requires { field.set(""); }) {
    field.set(from.text(name));
  } else if constexpr (std::same_as<Field, bool>) {
    field = from.boolean(name);
  } else if constexpr (std::integral<Field>) {
    field = from.count(name);
  } else if constexpr (std::floating_point<Field>) {
    field = from.number(name);
  } else if constexpr (std::same_as<Field, std::string>) {
    field = from.text(name);
  } else {
    const auto counts = from.counts(name);
    field.assign(counts.begin(), counts.end());
  }
}

template <class Field>
void read_field(const io::json_record& from, const char* name, added_later<Field>& field) {
  if (from.has(name)) read_field(from, name, field.value);
}

}  // namespace settings_detail

/// Settings as a JSON object on one line.
template <std::derived_from<run_settings> Settings>
std::string settings_text(const Settings& s) {
  io::json_writer object;
  Settings::for_each_setting(
      s, [&](const char* name, const auto& field) { object.add_json(name, settings_detail::field_json(field)); });
  return object.text();
}

/// Reads settings_text() back. Throws vscg::expectation_error naming `thing`, also when check_settings() would throw.
template <std::derived_from<run_settings> Settings>
Settings settings_from_text(const std::string& text, const std::string& thing) {
  Settings s;
  try {
    const io::json_record object(text, thing);
    Settings::for_each_setting(
        s, [&](const char* name, auto&& field) { settings_detail::read_field(object, name, field); });
    check_settings(s);
  } catch (const expectation_error& problem) {
    throw expectation_error(thing, "the settings of a run", problem.what());
  }
  return s;
}

/// Throws vscg::expectation_error naming the first setting that the run did not begin with; `epochs` may be larger.
template <std::derived_from<run_settings> Settings>
void expect_same_settings(const Settings& began, const Settings& now, const std::string& run) {
  std::vector<std::pair<std::string, std::string>> before;
  Settings::for_each_setting(began, [&](const char* name, const auto& field) {
    before.emplace_back(name, settings_detail::field_json(field));
  });
  std::size_t i = 0;
  Settings::for_each_setting(now, [&](const char* name, const auto& field) {
    const std::string& value = before[i++].second;
    const std::string after = settings_detail::field_json(field);
    const bool epochs = std::string(name) == "epochs";
    if (value == after || (epochs && now.epochs > began.epochs)) return;
    std::string option = "--" + std::string(name);
    for (char& c : option) c = c == '_' ? '-' : c;
    const auto plain = [](const std::string& json) {
      return json.starts_with('"') ? json.substr(1, json.size() - 2) : json;
    };
    throw expectation_error(option, plain(value) + (epochs ? " or more" : "") + ", as " + run + " began with",
                            plain(after));
  });
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
