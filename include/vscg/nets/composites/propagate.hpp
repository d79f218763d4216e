// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <cmath>

#include <vscg/core/var.hpp>
#include <vscg/ops/add.hpp>
#include <vscg/ops/divide_by_sum.hpp>
#include <vscg/ops/matmul.hpp>
#include <vscg/ops/relu.hpp>
#include <vscg/ops/scale.hpp>
#include <vscg/ops/threshold.hpp>
#include <vscg/ops/transpose.hpp>

namespace vscg::composites {

/// Each of two streams takes from similar segments of the other (`positive_sample_propagation` has the equations).
///
/// Operands: audio, visual, v1, v2, a1, a2, all [B, T, C]. Results: audio + γ_av·v1 and visual + γ_va·a2, both
/// [B, T, C]. `Renormalize`: after the threshold, rows are divided by their sums again.
template <int T, int C, bool Renormalize>
struct propagate {
  double threshold_value = 0;

  /// What products of two segments are multiplied by.
  static double similarity_scale() { return 1 / std::sqrt(static_cast<double>(C)); }

  template <Var Audio, Var Visual, Var Branch>
  auto operator()(const Audio& audio, const Visual& visual, const Branch& v1, const Branch& v2, const Branch& a1,
                  const Branch& a2) const {
    const auto similarity = relu(matmul(v2, transpose(a1)) * similarity_scale());
    const auto from_audio = matmul(positive(similarity), a2);
    const auto from_visual = matmul(positive(transpose(similarity)), v1);
    const auto visual_sum = visual + from_audio;
    const auto audio_sum = audio + from_visual;
    return vars{audio_sum, visual_sum};
  }

 private:
  template <Var Similarity>
  auto positive(const Similarity& similarity) const {
    const auto kept = threshold(divide_by_sum(similarity), threshold_value);
    if constexpr (Renormalize)
      return divide_by_sum(kept);
    else
      return kept;
  }
};

}  // namespace vscg::composites

#include <vscg/core/end.hpp>
