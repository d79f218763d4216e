// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/own_map.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/hosts/unscaled_attention.hpp>
#include <vscg/nets/vscg/audio_guided_attention.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

/// Which stream guides the other: `audio` says where to look, `visual` what to listen to.
enum class guide : unsigned char { none, audio, visual, both };

/// The picture without guidance: the mean over the regions [B, T, R, C] of each segment, [B, T, C], with the map
/// [B, T, R] that gives each region the same share.
template <Var Regions>
auto seen_evenly(const Regions& regions) {
  return attended{mean<2>(regions), softmax(mean<3>(regions) * 0.0)};
}

/// CACE-Net's guidance (He et al., ACM MM 2024). The sound guides the eye: O, which the regions X say after a look at
/// each other, and X give v by `attend_with_own_map`. The picture guides the ear: its segments' means of O₂, made like
/// O by other layers, look at the segments ã of the sound, which have looked at each other:
///
///   h = `unscaled_attention`(v_query(mean_p O₂[p]), vaudio_key(ã), vaudio_value(ã)),  a' = a + ψ σ(h) ∘ a.
///
/// `Guide` leaves out one or both: without the sound's, v is the mean of X and O takes the place of O₂; without the
/// picture's, a' is a.
///
/// Names as released: those of the parts, video_query, video_key, video_value, v_norm, video_query2, video_key2,
/// video_value2, v_norm2 (reached by nothing), v_query, vaudio_key, vaudio_value, audio_query, audio_key, audio_value,
/// a_norm. They are kept, reached or not, so that published weights fit.
template <guide Guide = guide::both, int Da = 128, int C = 512>
struct co_guidance {
  double beta = 0.4;
  double psi = 0.3;
  channel_gate<Da, C> channels{};
  spatial_map<Da, C> places{};
  nn::linear<C, C / 4> video_query{}, video_key{};
  nn::linear<C, C> video_value{};
  nn::layer_norm<C> v_norm{};
  nn::linear<C, C / 4> video_query2{}, video_key2{};
  nn::linear<C, C> video_value2{};
  nn::layer_norm<C> v_norm2{};
  own_map<C> own{};
  nn::linear<C, Da> v_query{};
  nn::linear<Da, Da> vaudio_key{}, vaudio_value{}, audio_query{}, audio_key{}, audio_value{};
  nn::layer_norm<Da> a_norm{};
  nn::dropout dropout{0.2};
  VSCG_NAMED_MEMBERS((beta, "beta"), (psi, "psi"), (channels, ""), (places, ""), (video_query, "video_query"),
                     (video_key, "video_key"), (video_value, "video_value"), (v_norm, "v_norm"),
                     (video_query2, "video_query2"), (video_key2, "video_key2"), (video_value2, "video_value2"),
                     (v_norm2, "v_norm2"), (own, ""), (v_query, "v_query"), (vaudio_key, "vaudio_key"),
                     (vaudio_value, "vaudio_value"), (audio_query, "audio_query"), (audio_key, "audio_key"),
                     (audio_value, "audio_value"), (a_norm, "a_norm"), (dropout, "dropout"))

  /// audio [B, T, Da] and regions [B, T, R, C] to two streams [B, T, Da] and [B, T, C], with the sound's map [B, T, R].
  template <Var Audio, Var Regions>
  auto operator()(const Audio& given_audio, const Regions& given_regions) const {
    const auto audio = expect_shape<co_guidance, shape<dyn, any_extent, Da>>(given_audio);
    const auto regions = expect_shape<co_guidance, shape<dyn, any_extent, any_extent, C>>(given_regions);
    const auto among = attend_within(video_query, video_key, video_value, v_norm, dropout, regions);
    if constexpr (Guide == guide::visual) {
      const auto [seen, map] = seen_evenly(regions);
      return attended{streams{heard(audio, among), seen}, map};
    } else {
      const auto [seen, map] = attend_with_own_map(channels, places, own, beta, regions, among, audio);
      if constexpr (Guide == guide::audio)
        return attended{streams{audio, seen}, map};
      else
        return attended{
            streams{heard(audio, attend_within(video_query2, video_key2, video_value2, v_norm, dropout, regions)),
                    seen},
            map};
    }
  }
  VSCG_OPERANDS(2, 2)

 private:
  template <Var Audio, Var Regions>
  auto heard(const Audio& audio, const Regions& regions) const {
    const auto within = attend_within(audio_query, audio_key, audio_value, a_norm, dropout, audio);
    const auto found = unscaled_attention(v_query(mean<2>(regions)), vaudio_key(within), vaudio_value(within));
    return audio + sigmoid(found) * audio * psi;
  }
};

template <int Da, int C>
struct co_guidance<guide::none, Da, C> {
  VSCG_MEMBERS()

  template <Var Audio, Var Regions>
  auto operator()(const Audio& audio, const Regions& given_regions) const {
    const auto regions = expect_shape<co_guidance, shape<dyn, any_extent, any_extent, C>>(given_regions);
    const auto [seen, map] = seen_evenly(regions);
    return attended{streams{audio, seen}, map};
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
