// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <tuple>

#include <vscg/core/compose.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/layers/activation.hpp>
#include <vscg/layers/conv1d.hpp>
#include <vscg/layers/max_pool1d.hpp>
#include <vscg/layers/sequential.hpp>
#include <vscg/nets/composites/extract_events.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>

namespace vscg {

/// Cross-modal event representation extractor (paper section III-D1, eq. 1-3): what happens in the whole video, from
/// one stream. Two blocks of convolution over time, relu and maximum over pairs of segments: [B, T, C] to [B, 2, H].
/// The two steps that remain start the two directions of a GRU, so T is 8 to 11.
///
/// Names as released: conv1.0, conv2.0.
template <int C = 256, int H = 128>
struct cere {
  sequential<conv1d<C, H, 5>, relu_layer, max_pool1d<2>> conv1;
  sequential<conv1d<H, H, 5>, relu_layer, max_pool1d<2>> conv2;
  VSCG_MEMBERS(conv1, conv2)

  template <Var X>
  auto operator()(const X& x) const {
    static_assert(
        extent<shape_of<X>, 1> / 4 == 2,
        "vscg::cere: two steps must remain for the two directions of the GRU, so a video has 8 to 11 segments; "
        "longer ones go through a sliding window");
    return conv2(conv1(x));
  }
};

/// What two extractors say of two streams; they may be one.
template <int C, int H, Var Audio, Var Visual>
auto extract_events(const cere<C, H>& of_audio, const cere<C, H>& of_visual, const Audio& audio, const Visual& visual) {
  static_assert(extent<shape_of<Audio>, 1> / 4 == 2, "vscg::cere: a video has 8 to 11 segments");
  const auto weights = [&](const cere<C, H>& from) {
    const auto& first = std::get<0>(from.conv1.layers);
    const auto& second = std::get<0>(from.conv2.layers);
    return std::tuple{operand(audio, first.weight), operand(audio, first.bias), operand(audio, second.weight),
                      operand(audio, second.bias)};
  };
  const auto all = std::tuple_cat(weights(of_audio), weights(of_visual));
  const auto [audio_events, visual_events] = std::apply(
      [&](const auto&... w) {
        return compose(composites::extract_events<extent<shape_of<Audio>, 1>, C, H>{}, audio, visual, w...);
      },
      all);
  return streams{audio_events, visual_events};
}

/// One extractor for both streams, as in the paper: `events(audio, visual)` gives what each stream says.
template <int C = 256, int H = 128>
struct shared_cere {
  cere<C, H> both;
  VSCG_NAMED_MEMBERS((both, ""))

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return extract_events(both, both, audio, visual);
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
