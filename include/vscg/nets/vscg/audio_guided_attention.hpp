// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/compose.hpp>
#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/parameter.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/project_twice.hpp>
#include <vscg/nets/vscg/localizer.hpp>
#include <vscg/nets/vscg/region_attention.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/nn/linear.hpp>
#include <vscg/nn/sequential.hpp>

namespace vscg {

/// What flows between the stages of a localizer.
template <class Audio, class Visual>
struct streams {
  Audio audio;
  Visual visual;
};
template <class Audio, class Visual>
streams(Audio, Visual) -> streams<Audio, Visual>;

/// Stage 1 of VSCG: the sound is projected (fully supervised only) and guides the attention over the picture's regions;
/// the attended picture is projected to as many channels as the sound has.
///
///   fully:  x = audio·Wa₀ᵀ·Wa₁ᵀ (128→256→128),  visual = attended·Wv₀ᵀ·Wv₁ᵀ (512→256→128), no bias, no activation.
///   weakly: x = audio,  visual = linear_v(attended) (512→128, with bias).
///
/// Names as released: fa.0, fa.1, fv.0, fv.1, linear_v (unused if fully supervised), attention.
template <setting Setting = setting::fully, int Da = 128, int Dv = 512>
struct audio_guided_attention {
  nn::sequential<nn::linear_without_bias<Da, 256>, nn::linear_without_bias<256, Da>> fa;
  nn::sequential<nn::linear_without_bias<Dv, 256>, nn::linear_without_bias<256, Da>> fv;
  nn::linear<Dv, Da> linear_v;
  region_attention<Da, Dv> attention;
  VSCG_MEMBERS(fa, fv, linear_v, attention)

  using inputs = audio_visual_inputs<10, Da, Dv>;

  /// audio [B, T, Da] and visual [B, T, 7, 7, Dv] to two streams [B, T, Da], with the attention map [B, T, R].
  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto sound = project(fa, expect_shape<audio_guided_attention, shape<dyn, any_extent, Da>>(audio));
    const auto [seen, map] = attention(sound, visual);
    return attended{streams{sound, project(fv, seen)}, map};
  }
  VSCG_OPERANDS(2, 2)

 private:
  template <class Layers, class X>
  static auto project(const Layers& chain, const X& x) {
    const auto& [first, second] = chain.layers;
    return compose(composites::project_twice<shape_of<X>, 256, Da>{}, x, operand(x, first.weight),
                   operand(x, second.weight));
  }
};

template <int Da, int Dv>
struct audio_guided_attention<setting::weakly, Da, Dv> {
  nn::linear<Dv, Da> linear_v;
  region_attention<Da, Dv> attention;
  VSCG_MEMBERS(linear_v, attention)

  using inputs = audio_visual_inputs<10, Da, Dv>;

  template <Var Audio, Var Visual>
  auto operator()(const Audio& given_audio, const Visual& visual) const {
    const auto audio = expect_shape<audio_guided_attention, shape<dyn, any_extent, Da>>(given_audio);
    const auto [seen, map] = attention(audio, visual);
    return attended{streams{audio, linear_v(seen)}, map};
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
