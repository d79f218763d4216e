// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/own_map.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/hosts/unscaled_attention.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>

namespace vscg {

/// CMBS's attention to the picture (Xia, Zhao, CVPR 2022). The regions of a segment look at each other, giving O; the
/// rest is `attend_with_own_map`.
///
/// Names as released: video_query, video_key, video_value, norm, and those of the parts.
template <int Da = 128, int Dv = 512>
struct region_self_attention {
  double beta = 0.4;
  channel_gate<Da, Dv> channels{};
  spatial_map<Da, Dv> places{};
  nn::linear<Dv, Dv / 4> video_query{}, video_key{};
  nn::linear<Dv, Dv> video_value{};
  own_map<Dv> own{};
  nn::layer_norm<Dv> norm{};
  nn::dropout dropout{0.2};
  VSCG_NAMED_MEMBERS((beta, "beta"), (channels, ""), (places, ""), (video_query, "video_query"),
                     (video_key, "video_key"), (video_value, "video_value"), (own, ""), (norm, "norm"),
                     (dropout, "dropout"))

  /// visual [B, T, R, Dv] and audio [B, T, Da] to [B, T, Dv], with the map [B, T, R].
  template <Var Visual, Var Audio>
  auto operator()(const Visual& given_visual, const Audio& audio) const {
    const auto visual = expect_shape<region_self_attention, shape<dyn, any_extent, any_extent, Dv>>(given_visual);
    const auto among = attend_within(video_query, video_key, video_value, norm, dropout, visual);
    return attend_with_own_map(channels, places, own, beta, visual, among, audio);
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
