// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/var.hpp>
#include <vscg/model/trace.hpp>
#include <vscg/nets/hosts/segment_outputs.hpp>
#include <vscg/nets/vscg/setting.hpp>
#include <vscg/ops/over_axis.hpp>
#include <vscg/ops/softmax.hpp>

namespace vscg {

/// The outputs of a network that scores each segment's classes: the scores [B, T, C + 1] and the map [B, T, R]; weakly
/// supervised, also the probability of the video's classes, softmax(mean over time of the scores).
template <setting Setting, int Categories, Var Scores, Var Map>
auto judged_segments(const Scores& given_scores, const Map& given_map) {
  const auto scores =
      expect_shape<struct judged_segments_function, shape<dyn, any_extent, Categories + 1>>(given_scores);
  constexpr int T = extent<shape_of<decltype(scores)>, 1>;
  const auto map = expect_shape<struct judged_segments_function, shape<dyn, T, any_extent>>(given_map);
  constexpr int R = extent<shape_of<decltype(map)>, 2>;
  using field = var_field<typename Scores::tag>;
  if constexpr (Setting == setting::fully)
    return segment_score_outputs<field, T, R, Categories>{scores, map};
  else
    return tagged_outputs<field, T, R, Categories>{softmax(mean<1>(scores)), scores, map};
}

}  // namespace vscg

#include <vscg/core/end.hpp>
