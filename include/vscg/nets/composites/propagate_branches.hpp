// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <array>

#include <vscg/core/var.hpp>
#include <vscg/nets/composites/project_branches.hpp>
#include <vscg/nets/composites/propagate.hpp>
#include <vscg/ops/dropout.hpp>

namespace vscg::composites {

/// `propagate` between two streams, whose branches `project_branches` makes.
///
/// Operands: audio and visual [B, T, C], then the weights [C, C] of v1, v2, a1 and a2. Results: the sum of either
/// stream and what it takes from the other, audio first, both [B, T, C].
template <int T, int C, bool Renormalize>
struct propagate_branches {
  std::array<dropout_use, 4> uses;
  double threshold_value = 0;

  template <Var Audio, Var Visual, Var Weight>
  auto operator()(const Audio& audio, const Visual& visual, const Weight& visual_w1, const Weight& visual_w2,
                  const Weight& audio_w1, const Weight& audio_w2) const {
    const auto [v1, v2, a1, a2] = project_branches<T, C>{uses}(visual, audio, visual_w1, visual_w2, audio_w1, audio_w2);
    return propagate<T, C, Renormalize>{threshold_value}(audio, visual, v1, v2, a1, a2);
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
