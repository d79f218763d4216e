// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <algorithm>
#include <type_traits>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/layers/activation.hpp>
#include <vscg/layers/conv1d.hpp>
#include <vscg/layers/max_pool1d.hpp>
#include <vscg/layers/sequential.hpp>
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
  auto operator()(const X& given) const {
    const auto x = expect_shape<cere, shape<dyn, any_extent, C>>(given);
    constexpr int T = extent<shape_of<decltype(x)>, 1>;
    constexpr bool refused = !std::is_same_v<shape_of<decltype(x)>, shape_of<X>>;
    require<refused || (T >= 8 && T <= 11), cere, expects<8, number::to, 11>, gets<T>>();
    return conv2(conv1(var<typename X::tag, shape<dyn, std::clamp(T, 8, 11), C>, X::active>{x.trace, x.id}));
  }
  VSCG_OPERANDS(1, 1)
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
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
