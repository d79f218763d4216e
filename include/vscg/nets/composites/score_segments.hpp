// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/shape.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/composites/average.hpp>
#include <vscg/ops/linear.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/scale_rows.hpp>
#include <vscg/ops/sigmoid.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg::composites {

/// What the mean of two streams says about every segment, and the segments about their video (`weak_event_head` has the
/// equations).
///
/// Operands: two streams [B, T, C], L₁ [Hidden, C], L₂ [Classes, Hidden], W₃ [1, Classes]. Results: the probability
/// [B, Classes], the scores [B, T, Classes], the smoothed probability [B, Classes].
template <int T, int C, int Hidden, int Classes>
struct score_segments {
  template <Var X, Var Y, Var HiddenWeight, Var ClassWeight, Var GateWeight>
  auto operator()(const X& first, const Y& second, const HiddenWeight& hidden_weight, const ClassWeight& class_weight,
                  const GateWeight& gate_weight) const {
    const auto fused = average<shape<dyn, T, C>>{}(first, second);
    const auto raw = vscg::linear(vscg::linear<relu_function>(fused, hidden_weight), class_weight);
    const auto weight = view<shape<dyn, T>>(sigmoid(vscg::linear<relu_function>(raw, gate_weight)));
    const auto scores = scale_rows(raw, weight);
    const auto probability = softmax(vscg::mean<1>(scores));
    const auto smooth = softmax(probability);
    return vars{probability, scores, smooth};
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
