// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nn/activation.hpp>
#include <vscg/nn/conv1d.hpp>
#include <vscg/nn/max_pool1d.hpp>
#include <vscg/nn/sequential.hpp>

namespace vscg {

/// Cross-modal event representation extractor (paper section III-D1, eq. 1-3): what happens in the whole video, from
/// one stream. Two blocks of convolution over time, relu and maximum over pairs of segments: [B, T, C] to [B, 2, H].
/// The two steps that remain start the two directions of a GRU, so T is 8 to 11.
///
/// Names as released: conv1.0, conv2.0.
template <int C = 256, int H = 128>
struct cere {
  nn::sequential<nn::conv1d<C, H, 5>, nn::relu, nn::max_pool1d<2>> conv1;
  nn::sequential<nn::conv1d<H, H, 5>, nn::relu, nn::max_pool1d<2>> conv2;
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

/// One extractor for both streams, as in the paper: `events(audio, visual)` gives what each stream says.
template <int C = 256, int H = 128>
struct shared_cere {
  cere<C, H> both;
  VSCG_NAMED_MEMBERS((both, ""))

  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    return streams{both(audio), both(visual)};
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
