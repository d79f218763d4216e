// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/attend_regions.hpp>
#include <vscg/nn/linear.hpp>

namespace vscg {

/// What an attention over regions returns: the attended channels [B, T, Dv] and the map [B, T, R] behind them.
template <class Attended, class Map>
struct attended {
  Attended visual;
  Map map;
};
template <class Attended, class Map>
attended(Attended, Map) -> attended<Attended, Map>;  // clang 14 deduces aggregates only with a guide

/// Audio-guided visual attention (paper section III-C, after Tian et al. 2018): finds which of the R regions of a
/// segment's picture its sound belongs to. With V [R, Dv] the regions and x [Da] the sound of one segment:
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
    const auto audio = expect_shape<region_attention, shape<dyn, any_extent, Da>>(given_audio);
    constexpr int T = extent<shape_of<decltype(audio)>, 1>;
    const auto visual = regions<T>(given_visual);

    const auto [attended_picture, map] = compose(
        composites::attend_regions<T, Da, Dv, Hidden, R>{}, audio, visual, operand(audio, affine_audio.weight),
        operand(audio, affine_audio.bias), operand(audio, affine_video.weight), operand(audio, affine_video.bias),
        operand(audio, affine_v.weight), operand(audio, affine_g.weight), operand(audio, affine_h.weight));
    return attended{attended_picture, map};
  }
  VSCG_OPERANDS(2, 2)

 private:
  // The picture seen as R regions. An error names a picture with a different number, and then takes it to have R.
  template <int T, class Visual>
  static auto regions(const Visual& given) {
    if constexpr (shape_of<Visual>::rank == 5) {
      const auto picture = expect_shape<region_attention, shape<dyn, T, any_extent, any_extent, Dv>>(given);
      using grid = shape_of<decltype(picture)>;
      require_extent<region_attention, R, extent<grid, 2> * extent<grid, 3>>();
      return detail::view_as<shape<dyn, T, R, Dv>>(picture);
    } else {
      return expect_shape<region_attention, shape<dyn, T, R, Dv>>(given);
    }
  }
};

}  // namespace vscg

#include <vscg/core/end.hpp>
