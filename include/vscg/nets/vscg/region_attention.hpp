// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/ops/add_to_rows.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg {

/// What an attention over regions returns: the attended channels [B, T, Dv] and the map [B, T, R] that they came by.
template <class Attended, class Map>
struct attended {
  Attended visual;
  Map map;
};
template <class Attended, class Map>
attended(Attended, Map) -> attended<Attended, Map>;  // clang 14 deduces aggregates only by a guide

/// Audio-guided visual attention (paper section III-C, after Tian et al. 2018): which of the R regions of a segment's
/// picture its sound belongs to. With V [R, Dv] the regions and x [Da] the sound of one segment:
///
///   H = relu(V·W_videoᵀ + b),  g = relu(x·W_audioᵀ + b),
///   content[p, q] = (H·W_vᵀ)[p, q] + (g·W_gᵀ)[p],
///   z[p] = Σ_q w_h[q] tanh(content[p, q]),  α = softmax(z),  result = Σ_p α[p] V[p].
///
/// Names as released: affine_audio, affine_video, affine_v, affine_g, affine_h.
template <int Da = 128, int Dv = 512, int Hidden = 512, int R = 49>
struct region_attention {
  nn::linear<Da, Hidden, init::xavier_uniform> affine_audio;
  nn::linear<Dv, Hidden, init::xavier_uniform> affine_video;
  nn::linear_without_bias<Hidden, R, init::xavier_uniform> affine_v;
  nn::linear_without_bias<Hidden, R, init::xavier_uniform> affine_g;
  nn::linear_without_bias<R, 1, init::xavier_uniform> affine_h;
  VSCG_MEMBERS(affine_audio, affine_video, affine_v, affine_g, affine_h)

  /// audio [B, T, Da], visual [B, T, 7, 7, Dv] or [B, T, R, Dv].
  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& given_visual) const {
    constexpr int T = extent<shape_of<Audio>, 1>;
    const auto audio = expect_channels<region_attention, Da>(given_audio);
    const auto accepted = expect_channels<region_attention, Dv>(given_visual);
    require_extent<region_attention, R, static_cast<int>(shape_of<decltype(accepted)>::elements) / (T * Dv)>();
    const regions_of<decltype(accepted), T> visual{accepted.trace, accepted.id};

    // First what is small: all that follows then runs video by video, while the picture is in the cache.
    const auto guidance = affine_g(affine_audio.with_relu(audio));
    const auto regions = affine_v(affine_video.with_relu(visual));
    const auto content = add_to_rows(regions, guidance);
    const auto scores = view<shape<dyn, T, R>>(affine_h(tanh(content)));
    const auto map = softmax(scores);
    const auto picked = matmul(view<shape<dyn, T, 1, R>>(map), visual);
    return attended{view<shape<dyn, T, Dv>>(picked), map};
  }

 private:
  // The picture seen as R regions, whatever it is: one that has others was refused by name.
  template <class X, int T>
  using regions_of = var<typename X::tag, shape<dyn, T, R, Dv>, X::active>;
};

}  // namespace vscg

#include <vscg/core/end.hpp>
