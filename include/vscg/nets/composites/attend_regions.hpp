// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/ops/add_to_rows.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/softmax.hpp>
#include <vscg/ops/tanh.hpp>

namespace vscg::composites {

/// Audio-guided attention over the regions of a picture (`region_attention` has the equations).
///
/// Operands: audio [B, T, Da], visual [B, T, R, Dv], W_audio [Hidden, Da] and its bias, W_video [Hidden, Dv] and its
/// bias, W_v [R, Hidden], W_g [R, Hidden], w_h [1, R]. Results: attended [B, T, Dv], map [B, T, R].
template <int T, int Da, int Dv, int Hidden, int R>
struct attend_regions {
  template <Var Audio, Var Visual, Var AudioW, Var AudioB, Var VideoW, Var VideoB, Var V, Var G, Var H>
  auto operator()(const Audio& audio, const Visual& visual, const AudioW& audio_weight, const AudioB& audio_bias,
                  const VideoW& video_weight, const VideoB& video_bias, const V& w_v, const G& w_g,
                  const H& w_h) const {
    using vscg::linear;
    // The small part first: everything after it then runs video by video, while the picture is in the cache.
    const auto guidance = linear(linear<relu_function>(audio, audio_weight, audio_bias), w_g);
    const auto regions = linear(linear<relu_function>(visual, video_weight, video_bias), w_v);
    const auto content = add_to_rows(regions, guidance);
    const auto scores = view<shape<dyn, T, R>>(linear(tanh(content), w_h));
    const auto map = softmax(scores);
    const auto picked = matmul(view<shape<dyn, T, 1, R>>(map), visual);
    return vars{view<shape<dyn, T, Dv>>(picked), map};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
