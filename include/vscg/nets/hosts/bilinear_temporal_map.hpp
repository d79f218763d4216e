// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/bilinear_pooling.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/recurrent.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/permute.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg {

/// DMIN's map over regions C[p] of segments with sound a (Liu et al., TMM 2022). It adds up two views:
///
///   M[p]: how region and sound go together: `bilinear_pooling`, in groups of 5 channels, of relu(affine_video_2(C[p]))
///         and relu(affine_audio_2(a)).
///   L[p]: what becomes of the region over time. An LSTM reads concat(ν[p] + η, η) of all segments, with
///         ν[p] = relu(Linear_visual(C[p])), η = relu(Linear_audio(a)), and the same weights for all regions.
///
/// α = softmax_p(tanh(affine_v_s_att(L[p] + M[p]))), result Σ_p α[p] C[p].
///
/// Names as released: affine_video_2, affine_audio_2, affine_v_s_att, Linear_visual, Linear_audio, lstm.
template <int Da = 128, int Dv = 512>
struct bilinear_temporal_map {
  static constexpr int channels = 256;
  static constexpr int group = 5;
  nn::dropout dropout{0.1};
  nn::linear<Dv, group * channels> affine_video_2{};
  nn::linear<Da, group * channels> affine_audio_2{};
  nn::linear<channels, 1> affine_v_s_att{};
  nn::linear<Dv, channels> Linear_visual{};
  nn::linear<Da, channels> Linear_audio{};
  nn::bidirectional_lstm<2 * channels, channels / 2, 2> lstm{};
  VSCG_MEMBERS(dropout, affine_video_2, affine_audio_2, affine_v_s_att, Linear_visual, Linear_audio, lstm)

  /// regions [B, T, R, Dv] and audio [B, T, Da] to [B, T, Dv], with the map [B, T, R].
  template <Var Regions, Var Audio>
  auto operator()(const Regions& given_regions, const Audio& given_audio) const {
    const auto regions = expect_shape<bilinear_temporal_map, shape<dyn, any_extent, any_extent, Dv>>(given_regions);
    constexpr int T = extent<shape_of<decltype(regions)>, 1>;
    const auto audio = expect_shape<bilinear_temporal_map, shape<dyn, T, Da>>(given_audio);
    const auto together = bilinear(regions, audio);
    return attend_by_scores(vscg::tanh(affine_v_s_att(over_time(regions, audio) + together)), regions);
  }
  VSCG_OPERANDS(2, 2)

 private:
  /// M, [B, T, R, 256].
  template <Var Regions, Var Audio>
  auto bilinear(const Regions& regions, const Audio& audio) const {
    constexpr int T = extent<shape_of<Audio>, 1>;
    const auto sound = view<shape<dyn, T, 1, group * channels>>(affine_audio_2.with_relu(audio));
    return bilinear_pooling<group>(affine_video_2.with_relu(regions), sound, dropout);
  }
  /// L, [B, T, R, 256].
  template <Var Regions, Var Audio>
  auto over_time(const Regions& regions, const Audio& audio) const {
    constexpr int T = extent<shape_of<Audio>, 1>;
    const auto seen = permute<0, 2, 1, 3>(Linear_visual.with_relu(regions));  // a region's segments side by side
    const auto heard = Linear_audio.with_relu(audio);
    return permute<0, 2, 1, 3>(lstm.with_shared(seen + view<shape<dyn, 1, T, channels>>(heard), heard));
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
