// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/shift.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg {

/// The regions of pictures one after another: [B, T, H, W, Dv] to [B, T, H W, Dv]. Errors name `Layer`.
template <class Layer, int T, int Dv, Var Visual>
auto regions_of_picture(const Visual& given) {
  const auto picture = expect_shape<Layer, shape<dyn, T, any_extent, any_extent, Dv>>(given);
  using grid = shape_of<decltype(picture)>;
  return view<shape<dyn, extent<grid, 1>, extent<grid, 2> * extent<grid, 3>, Dv>>(picture);
}

/// The regions of a picture, through a layer of their own: drop(relu(v_fc(V[p]))), [B, T, H, W, Dv] to [B, T, H W,
/// 512].
///
/// Names as released: v_fc.
template <int Dv = 512>
struct region_features {
  nn::dropout dropout{0.2};
  nn::linear<Dv, 512> v_fc{};
  VSCG_MEMBERS(dropout, v_fc)

  template <Var Visual>
  auto operator()(const Visual& given) const {
    return dropout(v_fc.with_relu(regions_of_picture<region_features, any_extent, Dv>(given)));
  }
  VSCG_OPERANDS(1, 1)
};

/// The sound's gate on the picture's channels. For a segment with sound a, regions X to weigh and K to look at:
///
///   m = relu(affine_audio_1(a)) ∘ mean_p relu(affine_video_1(K[p])),
///   result X[p] ∘ (1 + σ(affine_v_c_att(relu(affine_bottleneck(m))))).
///
/// Names as released: affine_video_1, affine_audio_1, affine_bottleneck, affine_v_c_att.
template <int Da = 128, int Dv = 512>
struct channel_gate {
  nn::linear<Dv, Dv> affine_video_1;
  nn::linear<Da, Dv> affine_audio_1;
  nn::linear<Dv, 256> affine_bottleneck;
  nn::linear<256, Dv> affine_v_c_att;
  VSCG_MEMBERS(affine_video_1, affine_audio_1, affine_bottleneck, affine_v_c_att)

  /// X, K [B, T, R, Dv] and audio [B, T, Da] to [B, T, R, Dv].
  template <Var X, Var K, Var Audio>
  auto operator()(const X& given_x, const K& given_k, const Audio& given_audio) const {
    const auto x = expect_shape<channel_gate, shape<dyn, any_extent, any_extent, Dv>>(given_x);
    const auto k = expect_same_shape<channel_gate>(x, given_k);
    constexpr int T = extent<shape_of<decltype(x)>, 1>;
    const auto audio = expect_shape<channel_gate, shape<dyn, T, Da>>(given_audio);
    const auto looked = affine_audio_1.with_relu(audio) * mean<2>(affine_video_1.with_relu(k));
    const auto gate = sigmoid(affine_v_c_att(affine_bottleneck.with_relu(looked)));
    return x * view<shape<dyn, T, 1, Dv>>(gate + 1.0);
  }
  VSCG_OPERANDS(3, 3)
};

/// What a map over regions shows: Σ_p α[p] C[p] of maps [B, T, R] and regions [B, T, R, Dv], [B, T, Dv].
template <Var Map, Var Regions>
auto attended_regions(const Map& map, const Regions& regions) {
  using picture = shape_of<Regions>;
  constexpr int T = extent<picture, 1>;
  const auto rows = view<shape<dyn, T, 1, extent<picture, 2>>>(map);
  return view<shape<dyn, T, extent<picture, 3>>>(matmul(rows, regions));
}

/// Attention to regions [B, T, R, Dv] by their scores [B, T, R, 1]: what the softmax of these shows, with that map.
template <Var Scores, Var Regions>
auto attend_by_scores(const Scores& scores, const Regions& regions) {
  const auto map = softmax(view<without_channels<shape_of<Scores>>>(scores));
  return attended{attended_regions(map, regions), map};
}

/// The sound's map over regions C[p] of a segment, with u[p] = relu(affine_video_2(C[p])), w = relu(affine_audio_2(a)):
/// α = softmax_p(tanh(affine_v_s_att(u[p] ∘ w))), result Σ_p α[p] C[p].
///
/// Names as released: affine_video_2, affine_audio_2, affine_v_s_att.
template <int Da = 128, int Dv = 512>
struct spatial_map {
  nn::linear<Dv, 256> affine_video_2;
  nn::linear<Da, 256> affine_audio_2;
  nn::linear<256, 1> affine_v_s_att;
  VSCG_MEMBERS(affine_video_2, affine_audio_2, affine_v_s_att)

  /// regions [B, T, R, Dv] and audio [B, T, Da] to [B, T, Dv], with the map [B, T, R].
  template <Var Regions, Var Audio>
  auto operator()(const Regions& given_regions, const Audio& given_audio) const {
    const auto regions = expect_shape<spatial_map, shape<dyn, any_extent, any_extent, Dv>>(given_regions);
    constexpr int T = extent<shape_of<decltype(regions)>, 1>;
    const auto audio = expect_shape<spatial_map, shape<dyn, T, Da>>(given_audio);
    const auto sound = view<shape<dyn, T, 1, 256>>(affine_audio_2.with_relu(audio));
    return attend_by_scores(vscg::tanh(affine_v_s_att(affine_video_2.with_relu(regions) * sound)), regions);
  }
  VSCG_OPERANDS(2, 2)
};

/// CMRAN's attention to channels, then to regions (Xu et al., ACM MM 2020): the sound's `channel_gate` on the picture,
/// then its `spatial_map`, or another map in its place.
///
/// Names as released: those of the two parts, affine_video_guided_1 and affine_video_guided_2. Nothing reaches the last
/// two; they are kept so that published weights fit.
template <int Da = 128, int Dv = 512, class Map = spatial_map<Da, Dv>>
struct spatial_channel_attention {
  channel_gate<Da, Dv> channels;
  Map places;
  nn::linear<Dv, 64> affine_video_guided_1;
  nn::linear<64, 128> affine_video_guided_2;
  VSCG_NAMED_MEMBERS((channels, ""), (places, ""), (affine_video_guided_1, "affine_video_guided_1"),
                     (affine_video_guided_2, "affine_video_guided_2"))

  /// visual [B, T, R, Dv] and audio [B, T, Da] to [B, T, Dv], with the map [B, T, R].
  template <Var Visual, Var Audio>
  auto operator()(const Visual& visual, const Audio& audio) const {
    return places(channels(visual, visual, audio), audio);
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
