// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <tuple>
#include <type_traits>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/extract_events.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/conv1d.hpp>
#include <vscg/nn/max_pool1d.hpp>
#include <vscg/nn/sequential.hpp>

namespace vscg {

/// Cross-modal event representation extractor (paper section III-D1, eq. 1-3): what happens in the whole video,
/// according to one stream. Two blocks of convolution over time, relu and maximum over pairs of segments: [B, T, C] to
/// [B, 2, H]. The two remaining steps start the two directions of a GRU, so T is 8 to 11.
///
/// Names as released: conv1.0, conv2.0.
template <int C = 256, int H = 128>
struct cere {
  static constexpr int kernel = 5;
  nn::sequential<nn::conv1d<C, H, kernel>, nn::relu, nn::max_pool1d<2>> conv1;
  nn::sequential<nn::conv1d<H, H, kernel>, nn::relu, nn::max_pool1d<2>> conv2;
  VSCG_MEMBERS(conv1, conv2)

  template <Var X>
  auto operator()(const X& given) const {
    return conv2(conv1(expect_stream(given)));
  }
  VSCG_OPERANDS(1, 1)

  /// A stream [B, T, C] of 8 to 11 segments.
  template <Var X>
  static auto expect_stream(const X& given) {
    const auto x = expect_shape<cere, shape<dyn, any_extent, C>>(given);
    constexpr int T = extent<shape_of<decltype(x)>, 1>;
    constexpr bool refused = !std::is_same_v<shape_of<decltype(x)>, shape_of<X>>;
    require<refused || (T >= 8 && T <= 11), cere, expects<8, number::to, 11>, gets<T>>();
    return var<typename X::tag, shape<dyn, std::clamp(T, 8, 11), C>, X::active>{x.trace, x.id};
  }
};

namespace detail {

/// A composite of two streams and the weights of two extractors.
template <template <int, int, int, int> class Composite, int C, int H, Var Audio, Var Visual>
auto compose_extractors(const cere<C, H>& of_audio, const cere<C, H>& of_visual, const Audio& given_audio,
                        const Visual& given_visual) {
  const auto audio = cere<C, H>::expect_stream(given_audio);
  const auto visual = expect_same_shape<cere<C, H>>(audio, given_visual);
  constexpr int T = extent<shape_of<decltype(audio)>, 1>;
  const auto& first_audio = std::get<0>(of_audio.conv1.layers);
  const auto& second_audio = std::get<0>(of_audio.conv2.layers);
  const auto& first_visual = std::get<0>(of_visual.conv1.layers);
  const auto& second_visual = std::get<0>(of_visual.conv2.layers);
  return compose(Composite<T, C, H, cere<C, H>::kernel>{}, audio, visual,  //
                 operand(audio, first_audio.weight), operand(audio, first_audio.bias),
                 operand(audio, second_audio.weight), operand(audio, second_audio.bias),
                 operand(audio, first_visual.weight), operand(audio, first_visual.bias),
                 operand(audio, second_visual.weight), operand(audio, second_visual.bias));
}

}  // namespace detail

/// What two extractors say about two streams. Both may be the same extractor.
template <int C, int H, Var Audio, Var Visual>
auto extract_events(const cere<C, H>& of_audio, const cere<C, H>& of_visual, const Audio& audio, const Visual& visual) {
  const auto [audio_events, visual_events] =
      detail::compose_extractors<composites::extract_events>(of_audio, of_visual, audio, visual);
  return streams{audio_events, visual_events};
}

/// One extractor for both streams, as in the paper: `events(audio, visual)` returns what it says about each.
template <int C = 256, int H = 128>
struct shared_cere {
  cere<C, H> both;
  VSCG_NAMED_MEMBERS((both, ""))

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return extract_events(both, both, audio, visual);
  }
  VSCG_OPERANDS(2, 2)

  /// The mean of what it says about both.
  template <Var Audio, Var Visual>
  auto mean(const Audio& audio, const Visual& visual) const {
    return detail::compose_extractors<composites::extract_mean_event>(both, both, audio, visual);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
