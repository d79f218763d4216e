// SPDX-License-Identifier: MIT
#pragma once

#include <vscg/core/begin.hpp>

#include <vscg/core/guard.hpp>
#include <vscg/core/members.hpp>
#include <vscg/core/var.hpp>
#include <vscg/nets/hosts/part_name.hpp>
#include <vscg/nets/hosts/relations.hpp>
#include <vscg/nets/vscg/escm.hpp>

namespace vscg {

/// The interaction of two streams from either side: f_v = AVInter(v, a), f_a = VAInter(a, f_v), and the mean of what
/// `Consistency` makes of both.
///
/// Names as released: AVInter, VAInter; escm if `Consistency` is that.
template <int Heads, class Consistency>
struct mutual_interaction {
  interaction<Heads> AVInter{{.dropout = {0.2}}}, VAInter{{.dropout = {0.2}}};
  Consistency consistency;
  VSCG_NAMED_MEMBERS((AVInter, "AVInter"), (VAInter, "VAInter"), (consistency, part_name<Consistency>))

  /// audio, visual [B, T, 256] to [B, T, 256].
  template <Var Audio, Var Visual>
  auto operator()(const Audio& audio, const Visual& visual) const {
    const auto visual_fused = AVInter(visual, audio);
    const auto both = consistency(VAInter(audio, visual_fused), visual_fused);
    return mean_of(both.visual, both.audio);
  }
  VSCG_OPERANDS(2, 2)
};

}  // namespace vscg

#include <vscg/core/end.hpp>
