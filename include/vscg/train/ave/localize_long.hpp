// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <vscg/core/error.hpp>
#include <vscg/core/for_each_part.hpp>
#include <vscg/core/inputs.hpp>
#include <vscg/core/shape.hpp>
#include <vscg/core/shape_text.hpp>
#include <vscg/model/session.hpp>
#include <vscg/train/ave/metadata.hpp>
#include <vscg/train/ave/prediction.hpp>
#include <vscg/train/ave/windows.hpp>

namespace vscg::train {

/// How `localize_long` looks at a video.
struct window_options {
  std::optional<std::size_t> overlap;              ///< seconds that consecutive windows share; none: half of T
  double threshold = default_relevance_threshold;  ///< of relevance, see train::predict
};

/// What the windows of a video say together: see train::window_votes.
struct long_localization {
  std::size_t windows = 0;
  std::vector<std::uint8_t> classes;  ///< [S], C is background
  std::vector<float> scores;          ///< [S, C + 1]
};

namespace localize_long_detail {

template <class Inputs>
struct window_shape;
template <int T, int... Sound, int... Sight>
struct window_shape<input_shapes<shape<dyn, T, Sound...>, shape<dyn, T, Sight...>>> {
  static constexpr std::size_t seconds = T;
  static constexpr std::size_t audio = shape<Sound...>::elements;  // of one second
  static constexpr std::size_t visual = shape<Sight...>::elements;
  static std::string audio_text() { return shape_text(std::vector<std::size_t>{Sound...}); }
  static std::string visual_text() { return shape_text(std::vector<std::size_t>{Sight...}); }
};

template <class T>
void copy_window(std::span<const T> video, std::size_t start, std::span<T> window, std::size_t of_second) {
  const std::size_t first = start * of_second;
  const std::size_t count = std::min(window.size(), video.size() - first);
  std::ranges::copy(video.subspan(first, count), window.begin());
  repeat_last_second(window, count / of_second, of_second);
}

}  // namespace localize_long_detail

/// Localizes in a video of any length S: the network looks at windows of its own length T, and `train::window_votes`
/// joins what it says. `audio` is [S, Da], `visual` [S, 7, 7, Dv], as many seconds as you have. A video that is shorter
/// than T is filled with copies of its last second, about which nothing is then reported; networks have not been
/// trained for that. A window has the same bits whatever the others are.
///
/// Throws vscg::expectation_error when the arrays are no whole seconds, have different lengths or none, `overlap` is
/// not below T, or an output is not finite.
template <class Network, class Scalar, class Backend, class Inputs>
long_localization localize_long(session<Network, Scalar, Backend, Inputs>& network,
                                std::type_identity_t<std::span<const Scalar>> audio,
                                std::type_identity_t<std::span<const Scalar>> visual,
                                const window_options& options = {}) {
  using window = localize_long_detail::window_shape<Inputs>;
  const auto seconds_of = [](const char* name, std::size_t values, std::size_t of_second, const std::string& one) {
    if (values % of_second != 0) {
      throw expectation_error(name, "numbers of whole seconds, " + one + " each", std::to_string(values));
    }
    return values / of_second;
  };
  const std::size_t seconds = seconds_of("audio", audio.size(), window::audio, window::audio_text());
  const std::size_t seen = seconds_of("visual", visual.size(), window::visual, window::visual_text());
  if (seen != seconds) {
    throw expectation_error("visual", std::to_string(seconds) + " seconds as in audio", std::to_string(seen));
  }
  const auto starts = window_starts(seconds, window::seconds, options.overlap.value_or(window::seconds / 2));
  const std::size_t at_once = std::min(starts.size(), network.max_items());
  std::vector<Scalar> sound(at_once * window::seconds * window::audio);
  std::vector<Scalar> sight(at_once * window::seconds * window::visual);
  std::vector<window_votes> votes;  // made when the first answer tells the number of categories
  for_each_part(starts.size(), at_once, [&](std::size_t first, std::size_t count) {
    const auto sounds = std::span(sound).first(count * window::seconds * window::audio);
    const auto sights = std::span(sight).first(count * window::seconds * window::visual);
    for (std::size_t i = 0; i < count; ++i) {
      const auto place = [&](auto all) { return all.subspan(i * (all.size() / count), all.size() / count); };
      localize_long_detail::copy_window(audio, starts[first + i], place(sounds), window::audio);
      localize_long_detail::copy_window(visual, starts[first + i], place(sights), window::visual);
    }
    const auto outputs = network.infer(sounds, sights);
    const auto said = predict(outputs, options.threshold);
    const auto scores = class_scores(outputs);
    if (votes.empty()) votes.emplace_back(seconds, said.categories);
    const std::size_t of_window = said.segments * (said.categories + 1);
    for (std::size_t i = 0; i < count; ++i) {
      votes.front().add(starts[first + i], said.item(i), std::span(scores).subspan(i * of_window, of_window));
    }
  });
  return {starts.size(), votes.front().classes(), votes.front().scores()};
}

}  // namespace vscg::train

#include <vscg/core/end.hpp>
