// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nn/dropout.hpp>
#include <vscg/nn/layer_norm.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg {

/// Regions that look at each other: norm(X + drop(softmax(Q·Kᵀ)·U)), with Q, K and U linear in the regions X [R, Dv] of
/// a segment; the products are not scaled.
template <class Query, class Key, class Value, class Norm, class Dropout, Var X>
auto attend_among_regions(const Query& query, const Key& key, const Value& value, const Norm& norm,
                          const Dropout& dropout, const X& x) {
  const auto shares = softmax(matmul(query(x), transpose(key(x))));
  return norm(x + dropout(matmul(shares, value(x))));
}

/// CMBS's attention to the picture (Xia, Zhao, CVPR 2022). The regions of a segment look at each other, giving O; with
/// m = relu(affine_video_ave(mean_p O[p])) and n[p] = relu(affine_video_3(O[p])) they say what they show by themselves:
///
///   π = softmax_p(tanh(ave_v_att(n[p] ∘ m))),  r = Σ_p π[p] O[p].
///
/// The sound's `channel_gate`, which looks at O, and its `spatial_map` give v; the result is v + β σ(r) ∘ v.
///
/// Names as released: video_query, video_key, video_value, norm, affine_video_ave, affine_video_3, ave_v_att, those of
/// the two parts, and ave_bottleneck, which nothing reaches; it is kept so that published weights fit.
template <int Da = 128, int Dv = 512>
struct region_self_attention {
  double beta = 0.4;
  channel_gate<Da, Dv> channels{};
  spatial_map<Da, Dv> places{};
  nn::linear<Dv, Dv / 4> video_query{}, video_key{};
  nn::linear<Dv, Dv> video_value{};
  nn::linear<Dv, 256> affine_video_ave{}, affine_video_3{}, ave_bottleneck{};
  nn::linear<256, 1> ave_v_att{};
  nn::layer_norm<Dv> norm{};
  nn::dropout dropout{0.2};
  VSCG_NAMED_MEMBERS((beta, "beta"), (channels, ""), (places, ""), (video_query, "video_query"),
                     (video_key, "video_key"), (video_value, "video_value"), (affine_video_ave, "affine_video_ave"),
                     (affine_video_3, "affine_video_3"), (ave_bottleneck, "ave_bottleneck"), (ave_v_att, "ave_v_att"),
                     (norm, "norm"), (dropout, "dropout"))

  /// visual [B, T, R, Dv] and audio [B, T, Da] to [B, T, Dv], with the map [B, T, R].
  template <Var Visual, Var Audio>
  auto operator()(const Visual& given_visual, const Audio& audio) const {
    const auto visual = expect_shape<region_self_attention, shape<dyn, any_extent, any_extent, Dv>>(given_visual);
    constexpr int T = extent<shape_of<decltype(visual)>, 1>;
    constexpr int R = extent<shape_of<decltype(visual)>, 2>;
    const auto among = attend_among_regions(video_query, video_key, video_value, norm, dropout, visual);

    const auto average = view<shape<dyn, T, 1, 256>>(affine_video_ave.with_relu(mean<2>(among)));
    const auto own_scores = vscg::tanh(ave_v_att(affine_video_3.with_relu(among) * average));
    const auto own = attended_regions(softmax(view<shape<dyn, T, R>>(own_scores)), among);

    const auto [seen, map] = places(channels(visual, among, audio), audio);
    return attended{seen + sigmoid(own) * seen * beta, map};
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
