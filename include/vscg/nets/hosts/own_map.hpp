// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/spatial_channel_attention.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/multiply.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg {

/// What the regions O[p] of a segment show by themselves, without its sound: with
/// m = relu(affine_video_ave(mean_p O[p])) and n[p] = relu(affine_video_3(O[p])),
///
///   π = softmax_p(tanh(ave_v_att(n[p] ∘ m))),  result Σ_p π[p] O[p].
///
/// Names as released: affine_video_ave, affine_video_3, ave_v_att, and ave_bottleneck, which nothing reaches; it is
/// kept so that published weights fit.
template <int Dv = 512>
struct own_map {
  nn::linear<Dv, 256> affine_video_ave, affine_video_3, ave_bottleneck;
  nn::linear<256, 1> ave_v_att;
  VSCG_MEMBERS(affine_video_ave, affine_video_3, ave_bottleneck, ave_v_att)

  /// [B, T, R, Dv] to [B, T, Dv].
  template <Var Regions>
  auto operator()(const Regions& given) const {
    const auto regions = expect_shape<own_map, shape<dyn, any_extent, any_extent, Dv>>(given);
    constexpr int T = extent<shape_of<decltype(regions)>, 1>;
    constexpr int R = extent<shape_of<decltype(regions)>, 2>;
    const auto average = view<shape<dyn, T, 1, 256>>(affine_video_ave.with_relu(mean<2>(regions)));
    const auto scores = vscg::tanh(ave_v_att(affine_video_3.with_relu(regions) * average));
    return attended_regions(softmax(view<shape<dyn, T, R>>(scores)), regions);
  }
  VSCG_OPERANDS(1, 1)
};

/// What the sound and the regions' own map say together. The sound's `channel_gate` on the regions X looks at O, what
/// these say after a look at each other; its `spatial_map` gives v, the own map r. The result is v + β σ(r) ∘ v.
///
/// X, O [B, T, R, Dv] and audio [B, T, Da] to [B, T, Dv], with the sound's map [B, T, R].
template <int Da, int Dv, Var X, Var Among, Var Audio>
auto attend_with_own_map(const channel_gate<Da, Dv>& channels, const spatial_map<Da, Dv>& places,
                         const own_map<Dv>& own, double beta, const X& x, const Among& among, const Audio& audio) {
  const auto shown = own(among);
  const auto [seen, map] = places(channels(x, among, audio), audio);
  return attended{seen + sigmoid(shown) * seen * beta, map};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
